#pragma once
#include "app/workstation/screens/monitors.h"

#include <QObject>
#include <QPointer>
#include <functional>

class QBoxLayout;
class QSettings;
class QTimer;
class QWidget;

namespace mama {

// A window beside the main one, on another monitor say. Where it was, and whether there was one, is remembered for each
// set of monitors. When its monitor goes it is closed; when the monitors are again those, it is there again.
class ApartWindow : public QObject
{
    Q_OBJECT
public:
    struct Content
    {
        QString name;                           // in the settings: "pictures"
        std::function<void(QBoxLayout&)> enter; // fills a window that is about to be shown
        std::function<void()> leave;            // the window goes; what was not taken out goes with it
    };
    // main: in the window that this one belongs to; it and the settings must outlive this object.
    ApartWindow(Content content, QWidget& main, QSettings& settings, QObject* parent);
    ~ApartWindow() override;

    bool isOpen() const { return m_window != nullptr; }
    QWidget* window() const { return m_window; } // null: closed
    void setOpen(bool open);                     // as the reader wants it
    void setMonitors(const Monitors& monitors);  // those that there are now

Q_SIGNALS:
    void changed(bool open);
    void monitorGone();             // and the window is closed
    void keyboardMoved(bool there); // into the window, or out of it

protected:
    bool eventFilter(QObject* watched, QEvent* event) override;

private:
    void open();
    void close();
    void remember();
    QString key(const char* what) const;

    Content m_content;
    QWidget& m_main;
    QSettings& m_settings;
    Monitors m_monitors;
    QPointer<QWidget> m_window;
    QTimer* m_moved;
};

} // namespace mama

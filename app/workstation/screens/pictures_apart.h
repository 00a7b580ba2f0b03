#pragma once
#include "app/workstation/screens/monitors.h"

#include <QObject>
#include <QPointer>

class QBoxLayout;
class QLabel;
class QSettings;
class QTimer;
class QWidget;

namespace mama {

// The pictures in a window of their own, on another monitor say, while a line stands in their place. Where that window
// was, and whether there was one, is remembered for each set of monitors. When its monitor goes, the pictures come
// back; when the monitors are again those, so is the window.
class PicturesApart : public QObject
{
    Q_OBJECT
public:
    // pictures: in the layout `home`; both and the settings must outlive this object.
    PicturesApart(QWidget& pictures, QBoxLayout& home, QSettings& settings, QObject* parent);
    ~PicturesApart() override;

    bool isApart() const { return m_window != nullptr; }
    QWidget* window() const { return m_window; } // null: they are at home
    void setApart(bool apart);                   // as the reader wants it
    void setMonitors(const Monitors& monitors);  // those that there are now
    void setWords(const QString& words);         // that stand in the pictures' place

Q_SIGNALS:
    void changed(bool apart);
    void monitorGone();  // and the pictures are at home
    void windowActive(); // the keyboard is there

protected:
    bool eventFilter(QObject* watched, QEvent* event) override;

private:
    void leave(); // home
    void goOut();
    void remember();

    QWidget& m_pictures;
    QBoxLayout& m_home;
    QSettings& m_settings;
    Monitors m_monitors;
    QPointer<QWidget> m_window;
    QLabel* m_standIn;
    QTimer* m_moved;
};

} // namespace mama

#pragma once
#include "app/workstation/screens/apart_window.h"
#include "widgets/viewer/pane_view.h"

class QTimer;

namespace mama {

// One view of the pictures in a window of its own: enlarged, rotated, walked through and measured by itself, while its
// window, its map and what is written and drawn on it are those of the pictures. With the next study it shows that
// study's view of the same name.
class ViewApart : public QObject
{
    Q_OBJECT
public:
    // main: in the main window; all of them must outlive this object, but for the pictures at the very end.
    ViewApart(viewer::PaneView& pictures, QWidget& main, QSettings& settings, QObject* parent);

    bool isOpen() const { return m_place->isOpen(); }
    QWidget* window() const { return m_place->window(); }   // null: closed
    viewer::PaneView* view() const { return m_view; }       // null: closed
    const viewer::HungCell& cell() const { return m_cell; } // that it shows, or showed last
    bool hasKeyboard() const;
    void toggle();     // the active view of the pictures; again, of the same one: closed
    void showActive(); // of the pictures, if it is open
    void setOpen(bool open) { m_place->setOpen(open); }
    void setMonitors(const Monitors& monitors) { m_place->setMonitors(monitors); }
    void setViews(const viewer::StandardViews& views); // of the study on screen, whichever of them hang
    // While it has the keyboard, a command that is of this view alone. False: the pictures do it.
    bool perform(viewer::ViewCommand command);
    // Zoom, pan, rotation, loupe, tool, and the window, which the pictures follow.
    static bool isItsOwn(viewer::ViewCommand command);

Q_SIGNALS:
    void changed(bool open);
    void shown(); // another picture, or none
    void monitorGone();
    void keyboardMoved();

private:
    void enter(QBoxLayout& window);
    void leave();
    void show(const viewer::HungCell& cell);
    void follow(); // what the pictures show now
    viewer::HungCell found() const;

    viewer::PaneView& m_pictures;
    QSettings& m_settings;
    viewer::StandardViews m_views;
    viewer::HungCell m_cell;
    QPointer<viewer::PaneView> m_view;
    QTimer* m_soon;
    ApartWindow* m_place;
};

} // namespace mama

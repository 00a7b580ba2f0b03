// The pictures, or one of them, in a window of their own, and the keyboard's way to them.
#include "app/workstation/read/read_page.h"
#include "app/workstation/read/work/reading_notes.h"
#include "app/workstation/screens/pictures_apart.h"
#include "app/workstation/screens/screen_scale.h"
#include "app/workstation/screens/view_apart.h"

#include <QBoxLayout>
#include <QStackedWidget>
#include <QWindow>

namespace mama {

using viewer::PaneView;

void ReadPage::buildApart(QBoxLayout& home)
{
    m_apart = new PicturesApart(*m_content, home, m_settings, this);
    connect(m_apart, &PicturesApart::changed, this, [this](bool apart) {
        m_apart->setWords(tr("The pictures are in a window of their own. %1, or closing it, brings them back.")
                              .arg(keyOf("view.apart")));
        coverLegend();
        if (apart)
            m_apart->window()->setFocusProxy(m_content->currentWidget());
        toPictures(Qt::OtherFocusReason);
    });
    connect(m_apart, &PicturesApart::monitorGone, this,
            [this] { Q_EMIT told(tr("The monitor of the pictures is gone: they are back in this window."), false); });
    buildViewApart();
}

void ReadPage::toPictures(Qt::FocusReason reason)
{
    m_content->currentWidget()->setFocus(reason);
    if (m_apart->isApart())
        m_apart->window()->activateWindow();
}

void ReadPage::buildViewApart()
{
    m_viewApart = new ViewApart(*m_view, *this, m_settings, this);
    connect(m_viewApart, &ViewApart::changed, this, [this](bool open) {
        if (open) {
            connectViewApart();
        } else {
            window()->activateWindow();
            toPictures(Qt::OtherFocusReason);
        }
        showViewState();
    });
    connect(m_viewApart, &ViewApart::shown, this, [this] { m_notes->viewApart(m_viewApart->view()); });
    connect(m_viewApart, &ViewApart::keyboardMoved, this, &ReadPage::showViewState);
    connect(m_viewApart, &ViewApart::monitorGone, this,
            [this] { Q_EMIT told(tr("The monitor of the single view is gone: its window is closed."), false); });
}

// What the view has of the page: keys, what is drawn, what is told.
void ReadPage::connectViewApart()
{
    PaneView& view = *m_viewApart->view();
    view.addActions(m_view->actions());
    connectDrawing(view);
    const auto takeScreen = [this, &view] { view.setTrueScale(measuredScale(m_settings, *view.screen()).value_or(0)); };
    takeScreen();
    if (const QWindow* handle = view.window()->windowHandle())
        connect(handle, &QWindow::screenChanged, &view, takeScreen);
    for (const auto changed : {&PaneView::zoomChanged, &PaneView::aidsChanged})
        connect(&view, changed, this, &ReadPage::showViewState);
    connect(&view, &PaneView::trueSizeRefused, m_view, &PaneView::trueSizeRefused);
    connect(&view, &PaneView::graphicsFailed, this, [this](const QString& reason) { Q_EMIT told(reason, true); });
    connect(&view, &PaneView::cursorMoved, this,
            [this](const viewer::CursorInfo& info) { Q_EMIT readOut(viewer::toText(info)); });
    connect(&view, &PaneView::wheelTurned, this, [this](MouseAct act, int by) {
        if (m_viewApart->cell().pane)
            m_view->setActivePane(*m_viewApart->cell().pane);
        if (act == MouseAct::Frames)
            return stepFrame(by);
        performOnPictures(by > 0 ? viewer::ViewCommand::NextView : viewer::ViewCommand::PreviousView);
        m_viewApart->showActive();
    });
    view.setFocus();
    m_viewApart->window()->activateWindow();
}

void ReadPage::toggleViewApart()
{
    if (!m_viewApart->isOpen() && (!m_studies->study() || !m_view->activeCell()))
        Q_EMIT told(tr("No study is open: choose File ▸ Open folder… first."), false);
    else
        m_viewApart->toggle();
}

PaneView& ReadPage::keyView() const { return m_viewApart->hasKeyboard() ? *m_viewApart->view() : *m_view; }

std::optional<viewer::PaneId> ReadPage::keyPane() const
{
    return m_viewApart->hasKeyboard() ? m_viewApart->cell().pane : m_view->activePane();
}

} // namespace mama

#include "app/workstation/screens/view_apart.h"

#include <QBoxLayout>
#include <QSettings>
#include <QTimer>
#include <algorithm>

namespace mama {

using viewer::ViewCommand;

namespace {

const QString keptName = QStringLiteral("read/view-apart"); // in the settings: which view it showed

} // namespace

ViewApart::ViewApart(viewer::PaneView& pictures, QWidget& main, QSettings& settings, QObject* parent)
    : QObject(parent), m_pictures(pictures), m_settings(settings), m_soon(new QTimer(this)),
      m_place(
          new ApartWindow({QStringLiteral("view"), [this](QBoxLayout& window) { enter(window); }, [this] { leave(); }},
                          main, settings, this))
{
    m_cell.name = settings.value(keptName).toString().toStdString();
    m_soon->setSingleShot(true);
    connect(m_soon, &QTimer::timeout, this, &ViewApart::follow);
    connect(&m_pictures, &viewer::PaneView::shownChanged, this, [this] {
        if (m_view && !m_soon->isActive())
            m_soon->start(0);
    });
    connect(m_place, &ApartWindow::changed, this, &ViewApart::changed);
    connect(m_place, &ApartWindow::monitorGone, this, &ViewApart::monitorGone);
    connect(m_place, &ApartWindow::keyboardMoved, this, [this](bool there) {
        if (there && m_cell.pane) // keys that are of no view of their own are for this one
            m_pictures.setActivePane(*m_cell.pane);
        Q_EMIT keyboardMoved();
    });
}

bool ViewApart::hasKeyboard() const { return m_view && m_view->window()->isActiveWindow(); }

void ViewApart::setViews(const viewer::StandardViews& views)
{
    m_views = views;
    if (m_view)
        follow();
}

void ViewApart::toggle()
{
    const auto active = m_pictures.activeCell();
    if (!active || (m_view && active->name == m_cell.name && active->pane == m_cell.pane))
        return setOpen(!isOpen());
    if (m_view)
        return show(*active);
    m_cell = *active;
    setOpen(true);
}

void ViewApart::showActive()
{
    if (const auto active = m_pictures.activeCell(); active && m_view)
        show(*active);
}

void ViewApart::enter(QBoxLayout& window)
{
    m_view = new viewer::PaneView(window.parentWidget());
    m_view->setObjectName(QStringLiteral("viewApart"));
    m_view->setAccessibleName(tr("One view of the mammograms"));
    m_view->setAcceptDrops(false); // its window takes files
    viewer::Aids aids = m_pictures.aids();
    aids.loupe = aids.crossHair = false;
    m_view->setAids(aids);
    window.addWidget(m_view);
    window.parentWidget()->setFocusProxy(m_view);
    connect(m_view, &viewer::PaneView::windowChanged, this,
            [this](const viewer::PaneId& pane) { m_pictures.shadeAlike(pane, m_view->shade(pane)); });
    connect(m_view, &viewer::PaneView::noteSelected, this,
            [this](qint64 id) { m_pictures.selectNote(id == 0 ? std::nullopt : std::optional<std::int64_t>(id)); });
    show(found());
}

void ViewApart::leave()
{
    m_soon->stop();
    m_view = nullptr; // it goes with its window
    Q_EMIT shown();
}

// The picture of the last study goes when it is no more; the view of the same name takes its place.
viewer::HungCell ViewApart::found() const
{
    if (m_cell.pane && m_pictures.image(*m_cell.pane))
        return m_cell;
    const auto& hung = m_pictures.hung();
    const auto named = std::ranges::find(hung, m_cell.name, &viewer::HungCell::name);
    if (named != hung.end())
        return *named;
    viewer::HungCell cell;
    cell.name = m_cell.name;
    cell.wallRight = m_cell.wallRight;
    for (const auto& [slot, pane] : m_views)
        if (viewer::slotName(slot) == m_cell.name) {
            cell.pane = pane;
            cell.wallRight = slot == Slot::RCC || slot == Slot::RMLO;
        }
    return cell;
}

void ViewApart::follow() { show(found()); }

void ViewApart::show(const viewer::HungCell& cell)
{
    const bool other = cell.name != m_cell.name || cell.pane != m_cell.pane || m_view->hung().empty();
    m_cell = cell;
    m_view->follow(m_pictures, cell);
    if (!other)
        return;
    const QString name = QString::fromStdString(cell.name);
    m_settings.setValue(keptName, name);
    m_view->window()->setWindowTitle(tr("%1 — MaMA Workstation").arg(name));
    Q_EMIT shown();
}

bool ViewApart::isItsOwn(ViewCommand command)
{
    using Group = viewer::ViewCommandInfo::Group;
    switch (command) {
    case ViewCommand::ToggleUnlinked:
    case ViewCommand::ToggleOwnWindows:
    case ViewCommand::Invert:
    case ViewCommand::Reset:
    case ViewCommand::ToggleNotes: return false;
    case ViewCommand::ToggleLoupe:
    case ViewCommand::LoupeStronger:
    case ViewCommand::LoupeWeaker:
    case ViewCommand::LoupeLarger:
    case ViewCommand::LoupeSmaller: return true;
    default: break;
    }
    const auto& all = viewer::PaneView::commands();
    const Group group = std::ranges::find(all, command, &viewer::ViewCommandInfo::command)->group;
    return group != Group::Layout && group != Group::Maps;
}

bool ViewApart::perform(ViewCommand command)
{
    if (!hasKeyboard())
        return false;
    if (isItsOwn(command) || command == ViewCommand::Reset) // that is of both
        m_view->perform(command);
    return isItsOwn(command);
}

} // namespace mama

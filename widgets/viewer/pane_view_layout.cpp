#include "core/study/study.h"
#include "widgets/viewer/pane_view_impl.h"

#include <algorithm>
#include <cmath>

// Hanging, zoom, aids and tools; what the commands do to the active image.
namespace mama::viewer {
namespace {

Point middleOf(const PixelRect& area) { return {area.x + area.width / 2.0, area.y + area.height / 2.0}; }

} // namespace

void PaneView::Impl::activeMayChange(const std::function<void()>& change)
{
    const HungCell* before = model.activeCell();
    const std::optional<PaneId> pane = before ? before->pane : std::nullopt;
    const std::string name = before ? before->name : std::string();
    change();
    const HungCell* after = model.activeCell();
    if (!after || (before && after->pane == pane && after->name == name))
        return;
    q->redraw();
    Q_EMIT q->activePaneChanged();
}

void PaneView::Impl::changedZoom()
{
    pending = true;
    q->redraw();
    Q_EMIT q->zoomChanged();
}

void PaneView::Impl::changedWindows(const PaneId& id)
{
    q->redraw();
    for (const PaneId& other : model.windowGroup(id))
        Q_EMIT q->windowChanged(other, model.pane(other)->shade.window);
}

void PaneView::setStandardViews(const StandardViews& views)
{
    m->model.setStandardViews(views);
    redraw();
}

void PaneView::hang(const Hanging& cells)
{
    m->activeMayChange([&] { m->model.hang(cells); });
    m->changedZoom();
}

void PaneView::setViewLayout(ViewLayout layout) { m->setLayout(layout); }

void PaneView::Impl::setLayout(ViewLayout layout)
{
    activeMayChange([&] { model.setLayout(layout); });
    changedZoom();
}

double PaneView::commonScale(const Hanging& cells) const { return m->model.commonScale(cells); }

ViewLayout PaneView::viewLayout() const { return m->model.layout(); }

const Hanging& PaneView::hung() const { return m->model.hung(); }

void PaneView::Impl::maximiseOrRestore()
{
    if (model.layout() != ViewLayout::Single)
        return setLayout(ViewLayout::Single);
    activeMayChange([&] { model.restoreLayout(); });
    changedZoom();
}

void PaneView::Impl::step(int direction)
{
    activeMayChange([&] { model.step(direction); });
    pending = true;
}

std::optional<PaneId> PaneView::activePane() const { return m->model.activePane(); }

std::optional<HungCell> PaneView::activeCell() const
{
    const HungCell* cell = m->model.activeCell();
    return cell ? std::optional(*cell) : std::nullopt;
}

void PaneView::setActivePane(const PaneId& pane)
{
    m->activeMayChange([&] { m->model.activate(pane); });
}

void PaneView::setZoomMode(ZoomMode mode)
{
    m->model.setZoomMode(mode);
    m->changedZoom();
}

ZoomMode PaneView::zoomMode() const { return m->model.zoomMode(); }

void PaneView::setTrueScale(double pixelsPerMm)
{
    if (pixelsPerMm == m->model.trueScale())
        return;
    m->model.setTrueScale(pixelsPerMm);
    m->changedZoom();
}

void PaneView::setPose(const PaneId& pane, const ViewPose& pose)
{
    m->model.setPose(pane, pose);
    m->changedZoom();
}

ViewPose PaneView::pose(const PaneId& pane) const
{
    const Pane* found = m->model.pane(pane);
    return found ? found->pose : ViewPose();
}

std::optional<ViewTransform> PaneView::transform(const PaneId& pane) const { return m->model.transform(pane); }

void PaneView::setLinked(const PaneId& pane, bool linked)
{
    m->model.setLinked(pane, linked);
    m->changedZoom();
}

bool PaneView::isLinked(const PaneId& pane) const { return m->model.isLinked(pane); }

void PaneView::setTurn(const PaneId& pane, Turn turn)
{
    m->model.setTurn(pane, turn);
    m->changedZoom();
}

Turn PaneView::turn(const PaneId& pane) const
{
    const Pane* found = m->model.pane(pane);
    return found ? found->turn : Turn();
}

void PaneView::setMouse(const MouseMap& mouse) { m->mouse = mouse; }

void PaneView::setGreys(std::shared_ptr<const std::vector<float>> greys)
{
    m->greys = std::move(greys);
    redraw();
}

void PaneView::setAids(const Aids& aids)
{
    m->aids = aids;
    m->aids.loupeMagnification = std::clamp(aids.loupeMagnification, leastMagnification, mostMagnification);
    m->aids.loupeSide = std::clamp(aids.loupeSide, leastLoupe, mostLoupe);
    m->model.inverted = aids.inverted;
    m->texts.all = aids.texts;
    m->texts.labels = aids.labels;
    m->notes.setShown(aids.notes);
    redraw();
    Q_EMIT aidsChanged();
}

const Aids& PaneView::aids() const { return m->aids; }

void PaneView::setTool(LeftTool tool)
{
    if (tool != m->left)
        m->leftTools.at(m->left)->giveUp();
    m->left = tool;
    m->showCursor();
    redraw();
    Q_EMIT aidsChanged();
}

LeftTool PaneView::tool() const { return m->left; }

void PaneView::Impl::zoomBy(double factor)
{
    const HungCell* cell = model.activeCell();
    if (cell && cell->pane && model.pane(*cell->pane))
        model.zoom(factor, PaneId(*cell->pane), middleOf(cell->area));
    changedZoom();
}

void PaneView::Impl::panBy(int x, int y)
{
    const HungCell* cell = model.activeCell();
    if (cell && cell->pane && model.pane(*cell->pane))
        model.pan(x * cell->area.width / 10, y * cell->area.height / 10, PaneId(*cell->pane));
    changedZoom();
}

// While the active cell is empty, all images follow if they are linked.
void PaneView::Impl::windowBy(double brighter, double widthFactor)
{
    const PaneId active = model.activePane().value_or(PaneId());
    model.adjustWindow(active, brighter, widthFactor);
    changedWindows(active);
}

void PaneView::Impl::nextWindow()
{
    const PaneId active = model.activePane().value_or(PaneId());
    if (const Pane* pane = model.pane(active))
        return q->chooseAlike(active, (pane->shade.choice + 1) % static_cast<int>(pane->image->voi().size()));
    for (const PaneId& id : model.windowGroup(active)) {
        const Pane& pane = *model.pane(id);
        model.setChoice(id, (pane.shade.choice + 1) % static_cast<int>(pane.image->voi().size()));
    }
    changedWindows(active);
}

void PaneView::Impl::reset()
{
    model.reset();
    aids.inverted = model.inverted;
    changedWindows(model.activePane().value_or(PaneId()));
    changedZoom();
    Q_EMIT q->aidsChanged();
}

void PaneView::Impl::changeStyle(bool OverlayStyle::*what)
{
    OverlayStyle changed = style;
    changed.*what = !(changed.*what);
    q->setOverlayStyle(changed);
}

void PaneView::Impl::changeAid(bool Aids::*what)
{
    Aids changed = aids;
    changed.*what = !(changed.*what);
    q->setAids(changed);
}

// Changed, it is to be seen.
void PaneView::Impl::changeLoupe(double magnification, double side)
{
    Aids changed = aids;
    changed.loupe = true;
    changed.loupeMagnification *= magnification;
    changed.loupeSide = static_cast<int>(std::lround(changed.loupeSide * side));
    q->setAids(changed);
}

void PaneView::Impl::toggleTool(LeftTool tool)
{
    q->setTool(left == tool ? LeftTool::Pan : tool);
    if (left == tool && !aids.notes) // what is drawn is to be seen
        changeAid(&Aids::notes);
}

void PaneView::Impl::showTrueSize()
{
    // A picture without a scale in mm has no true size.
    const bool scaled = std::ranges::any_of(model.hung(), [&](const HungCell& cell) {
        const Pane* pane = cell.pane ? model.pane(*cell.pane) : nullptr;
        return pane && pane->image->facts().spacing.mm;
    });
    if (!scaled || !(model.trueScale() > 0)) {
        Q_EMIT q->zoomChanged(); // the command is not on
        return Q_EMIT q->trueSizeRefused();
    }
    q->setZoomMode(ZoomMode::TrueSize);
}

void PaneView::Impl::stepField(int by)
{
    model.stepField(by);
    changedZoom();
}

void PaneView::Impl::toggleLinked()
{
    if (const auto active = model.activePane())
        q->setLinked(*active, !model.isLinked(*active));
}

void PaneView::Impl::toggleWindowsLinked()
{
    model.linking.windows = !model.linking.windows;
    changedZoom();
}

void PaneView::Impl::turnBy(Turn (Turn::*how)() const)
{
    if (const auto active = model.activePane())
        q->setTurn(*active, (q->turn(*active).*how)());
}

void PaneView::Impl::turnBack()
{
    if (const auto active = model.activePane())
        q->setTurn(*active, {});
}

} // namespace mama::viewer

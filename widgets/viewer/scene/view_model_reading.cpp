#include "widgets/viewer/scene/view_model.h"

#include "core/study/study.h"

#include <algorithm>
#include <cmath>

// What the reader does with the images: zoom, pan, windows.
namespace mama::viewer {
namespace {

// Whether some of the breast shows, not only at the cell's very edge; true where none was found in the image.
bool breastShows(const ViewImage& image, const HungCell& cell, const ViewTransform& transform)
{
    constexpr int side = 8, margin = 40; // stored pixels of the mask's cells; device pixels
    const Raster<std::uint8_t>& mask = image.breast();
    const int inX = std::min(margin, cell.area.width / 4), inY = std::min(margin, cell.area.height / 4);
    const PixelRect inner{cell.area.x + inX, cell.area.y + inY, cell.area.width - 2 * inX, cell.area.height - 2 * inY};
    bool any = false;
    for (int y = 0; y < mask.rows; ++y)
        for (int x = 0; x < mask.columns; ++x)
            if (mask.at(y, x) != 0) {
                const Point at = transform.toScreen({(x + 0.5) * side, (y + 0.5) * side});
                if (inner.contains(at.x, at.y))
                    return true;
                any = true;
            }
    return !any;
}

Window defaultWindow(const ViewImage& image, int choice)
{
    return windowOf(image.voi()[static_cast<std::size_t>(choice)]);
}

} // namespace

void ViewModel::setZoomMode(ZoomMode mode)
{
    const auto active = activePane();
    const auto found = active ? m_panes.find(*active) : m_panes.end();
    (found == m_panes.end() ? m_zoomMode : modeOf(found->second)) = mode;
    applyZoomMode();
}

void ViewModel::setTrueScale(double pixelsPerMm)
{
    m_trueScale = pixelsPerMm;
    applyZoomMode();
}

ZoomMode ViewModel::zoomMode() const
{
    const auto active = activePane();
    const Pane* found = active ? pane(*active) : nullptr;
    return found && found->own ? *found->own : m_zoomMode;
}

const Pane* ViewModel::anyLinked(const PaneId& butNot) const
{
    const Pane* any = nullptr;
    for (const auto& [id, each] : m_panes)
        if (!each.own && id != butNot && (!any || hungCell(id)))
            any = &each;
    return any;
}

void ViewModel::setLinked(const PaneId& id, bool linked)
{
    const auto found = m_panes.find(id);
    if (found == m_panes.end() || isLinked(id) == linked)
        return;
    Pane& changed = found->second;
    if (!linked) {
        changed.own = m_zoomMode;
        return;
    }
    changed.own.reset();
    if (const Pane* other = anyLinked(id))
        changed.pose = other->pose;
    clampPose(id);
    applyZoomMode();
}

bool ViewModel::isLinked(const PaneId& id) const
{
    const Pane* found = pane(id);
    return !found || !found->own;
}

void ViewModel::reset()
{
    inverted = false;
    for (auto& [id, each] : m_panes) {
        each.turn = {};
        each.own.reset();
        each.shade = {0, defaultWindow(*each.image, 0)};
    }
    m_zoomMode = ZoomMode::SameSize;
    hang();
}

void ViewModel::applyZoomMode()
{
    const auto eachHung = [this](const std::function<void(const HungCell&, Pane&)>& f) {
        for (const HungCell& cell : m_hung)
            if (const auto found = cell.pane ? m_panes.find(*cell.pane) : m_panes.end(); found != m_panes.end())
                f(cell, found->second);
    };
    double common = 0;
    eachHung([&](const HungCell& cell, const Pane& hung) {
        const double fit = fitScale(*hung.image, cell, m_nominal);
        common = common > 0 ? std::min(common, fit) : fit;
    });
    eachHung([&](const HungCell& cell, Pane& hung) {
        const ZoomMode mode = modeOf(hung);
        if (mode == ZoomMode::Free)
            return;
        hung.pose = {};
        hung.pose.pixelsPerMm = mode == ZoomMode::Fit      ? fitScale(*hung.image, cell, m_nominal)
                                : mode == ZoomMode::Pixels ? 1 / spacingOf(*hung.image, m_nominal).column
                                : mode == ZoomMode::TrueSize && m_trueScale > 0 && hung.image->facts().spacing.mm
                                    ? m_trueScale
                                    : common;
    });
}

Point ViewModel::toDepth(const PaneId& id, Point screen) const
{
    const HungCell* cell = hungCell(id);
    const auto shown = transform(id);
    return cell && shown ? depthAt(*pane(id)->image, *cell, shown->toStored(screen), m_nominal) : Point();
}

Point ViewModel::fromDepth(const PaneId& id, Point depth) const
{
    const HungCell* cell = hungCell(id);
    const auto shown = transform(id);
    return cell && shown ? shown->toScreen(storedAt(*pane(id)->image, *cell, depth, m_nominal)) : Point();
}

HungCell ViewModel::cellOf(const PaneId& id, const Pane& pane) const
{
    if (const HungCell* cell = hungCell(id))
        return *cell;
    HungCell cell;
    cell.wallRight = pane.wallRight;
    cell.turn = pane.turn;
    return cell;
}

void ViewModel::eachLinked(const PaneId& id, const std::function<void(const PaneId&, Pane&)>& f)
{
    const bool together = linking.poses && isLinked(id);
    for (auto& [other, each] : m_panes)
        if (other == id || (together && !each.own))
            f(other, each);
}

void ViewModel::zoom(double factor, const PaneId& id, Point screen)
{
    if (!pane(id))
        return;
    const Point at = toDepth(id, screen);
    double f = factor;
    eachLinked(id, [&](const PaneId&, const Pane& each) {
        const double now =
            each.pose.pixelsPerMm * spacingOf(*each.image, m_nominal).column; // device pixels a stored one
        const double limited = std::clamp(f, 0.02 / now, 64 / now);
        f = factor > 1 ? std::min(f, limited) : std::max(f, limited);
    });
    if ((factor > 1) != (f > 1))
        return;
    modeOf(m_panes.at(id)) = ZoomMode::Free;
    const bool anchored = m_hung.size() > 1 && linking.poses && isLinked(id);
    eachLinked(id, [&](const PaneId& other, Pane& each) {
        ViewPose& p = each.pose;
        const HungCell cell = cellOf(other, each);
        const Point fixed = each.turn == Turn()
                                ? at
                                : shownAt(*each.image, cell, storedAt(*each.image, cell, at, m_nominal), m_nominal);
        p.pixelsPerMm *= f;
        const double depth = fixed.x - (fixed.x - p.depth) / f;
        // Beside each other, chest walls stay at their edges, and come back to them when it is zoomed out again.
        const double pixel = 0.5 / p.pixelsPerMm;
        if (!anchored || p.depth < -pixel)
            p.depth = depth;
        else if (p.depth > pixel)
            p.depth = std::max(0.0, depth);
        p.height = fixed.y - (fixed.y - p.height) / f;
        clampPose(other);
    });
}

void ViewModel::pan(double dx, double dy, const PaneId& id)
{
    const HungCell* cell = hungCell(id);
    const Pane* hung = pane(id);
    if (!cell || !hung)
        return;
    // The same way in the breast, whichever way each picture is turned.
    const double scale = hung->pose.pixelsPerMm, inward = cell->wallRight ? 1 : -1;
    const Point hungBy = hung->turn.undo({-dx / scale, -dy / scale});
    const ViewTransform now = transformOf(*hung->image, *cell, hung->pose, m_nominal);
    ViewTransform there = now;
    there.originX += dx;
    there.originY += dy;
    // Air alone shows nobody where it is; what is out of sight already may come back.
    if (!breastShows(*hung->image, *cell, there) && breastShows(*hung->image, *cell, now))
        return;
    modeOf(m_panes.at(id)) = ZoomMode::Free;
    eachLinked(id, [&](const PaneId& other, Pane& each) {
        const double own = each.wallRight ? 1 : -1;
        const Point by = each.turn.apply({hungBy.x * inward * own, hungBy.y});
        each.pose.depth -= by.x * own;
        each.pose.height += by.y;
        clampPose(other);
    });
}

// Some of the picture always stays in sight.
void ViewModel::clampPose(const PaneId& id)
{
    const HungCell* cell = hungCell(id);
    if (!cell)
        return;
    Pane& hung = m_panes.at(id);
    const ViewImage& image = *hung.image;
    const Spacing mm = spacingOf(image, m_nominal);
    ViewPose& p = hung.pose;
    const double edge = 40 / p.pixelsPerMm;
    const double along = image.columns() * mm.column, down = image.rows() * mm.row;
    const double width = hung.turn.lying() ? down : along,
                 height = (hung.turn.lying() ? along : down) / 2 + cell->area.height / p.pixelsPerMm / 2;
    p.depth = std::clamp(p.depth, std::min(0.0, edge - cell->area.width / p.pixelsPerMm), std::max(0.0, width - edge));
    p.height = std::clamp(p.height, std::min(0.0, edge - height), std::max(0.0, height - edge));
}

void ViewModel::setPose(const PaneId& id, const ViewPose& pose)
{
    const auto found = m_panes.find(id);
    if (found == m_panes.end())
        return;
    modeOf(found->second) = ZoomMode::Free;
    eachLinked(id, [&](const PaneId&, Pane& each) { each.pose = pose; });
}

void ViewModel::setChoice(const PaneId& id, int choice)
{
    const auto found = m_panes.find(id);
    if (found == m_panes.end())
        return;
    const ViewImage& image = *found->second.image;
    const int kept = std::clamp(choice, 0, static_cast<int>(image.voi().size()) - 1);
    found->second.shade = {kept, defaultWindow(image, kept)};
}

void ViewModel::setWindow(const PaneId& id, const Window& window)
{
    const auto found = m_panes.find(id);
    if (found == m_panes.end() || !std::isfinite(window.centre) || !(window.width > 0))
        return;
    Shade& shade = found->second.shade;
    shade.window = window;
    if (window.function == WindowFunction::Linear)
        shade.window.width = std::max(1.0, window.width);
}

bool ViewModel::hasOwnWindow(const Pane& pane) const
{
    return !(Shade{pane.shade.choice, defaultWindow(*pane.image, pane.shade.choice)} == pane.shade);
}

void ViewModel::chooseAlike(const PaneId& id, int choice)
{
    const Pane* chosen = pane(id);
    if (!chosen)
        return;
    const std::vector<VoiChoice> all = chosen->image->voi();
    const auto place = static_cast<std::size_t>(std::clamp(choice, 0, static_cast<int>(all.size()) - 1));
    for (const PaneId& other : windowGroup(id)) {
        const std::vector<VoiChoice>& own = m_panes.at(other).image->voi();
        const auto same = std::ranges::find_if(own, [&](const VoiChoice& each) {
            return each.explanation() == all[place].explanation() &&
                   each.table.has_value() == all[place].table.has_value();
        });
        if (other == id || own.size() == all.size())
            setChoice(other, static_cast<int>(place));
        if (other != id && same != own.end() && !all[place].explanation().empty())
            setChoice(other, static_cast<int>(same - own.begin()));
    }
}

std::vector<PaneId> ViewModel::windowGroup(const PaneId& id) const
{
    std::vector<PaneId> group;
    const bool together = linking.windows && isLinked(id);
    for (const auto& [other, each] : m_panes)
        if (other == id || (together && !each.own))
            group.push_back(other);
    return group;
}

void ViewModel::adjustWindow(const PaneId& id, double brighter, double widthFactor)
{
    for (const PaneId& other : windowGroup(id)) {
        Window w = m_panes.at(other).shade.window;
        w.centre -= brighter * w.width;
        w.width = std::clamp(w.width * widthFactor, 1e-3, 1e7);
        setWindow(other, w);
    }
}

} // namespace mama::viewer

#include "widgets/viewer/scene/view_model.h"

#include <algorithm>
#include <cmath>

// What the reader does with the images: zoom, pan, windows.
namespace mama::viewer {
namespace {

Window defaultWindow(const ViewImage& image, int choice)
{
    const auto& voi = image.voi()[static_cast<std::size_t>(choice)];
    if (voi.window)
        return *voi.window;
    const double entries = static_cast<double>(voi.table->entries.size());
    return {voi.table->firstMapped + entries / 2, entries, WindowFunction::Linear, voi.table->explanation};
}

} // namespace

void ViewModel::setZoomMode(ZoomMode mode)
{
    m_zoomMode = mode;
    applyZoomMode();
}

void ViewModel::reset()
{
    inverted = false;
    for (auto& [id, each] : m_panes) {
        each.mirror.reset();
        each.shade = {0, defaultWindow(*each.image, 0)};
    }
    m_zoomMode = ZoomMode::SameSize;
    hang();
}

void ViewModel::applyZoomMode()
{
    if (m_zoomMode == ZoomMode::Free)
        return;
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
        hung.pose = {};
        hung.pose.pixelsPerMm = m_zoomMode == ZoomMode::SameSize ? common
                                : m_zoomMode == ZoomMode::Fit    ? fitScale(*hung.image, cell, m_nominal)
                                                                 : 1 / spacingOf(*hung.image, m_nominal).column;
    });
}

Point ViewModel::toDepth(const PaneId& id, Point screen) const
{
    const HungCell* cell = hungCell(id);
    const Pane* hung = pane(id);
    if (!cell || !hung)
        return {};
    const PixelRect& area = cell->area;
    const ViewPose& p = hung->pose;
    const double fromEdge = cell->wallRight ? area.x + area.width - screen.x : screen.x - area.x;
    return {p.depth + fromEdge / p.pixelsPerMm, p.height + (screen.y - area.y - area.height / 2) / p.pixelsPerMm};
}

Point ViewModel::fromDepth(const PaneId& id, Point depth) const
{
    const HungCell* cell = hungCell(id);
    const Pane* hung = pane(id);
    if (!cell || !hung)
        return {};
    const PixelRect& area = cell->area;
    const ViewPose& p = hung->pose;
    const double fromEdge = (depth.x - p.depth) * p.pixelsPerMm;
    return {cell->wallRight ? area.x + area.width - fromEdge : area.x + fromEdge,
            area.y + area.height / 2 + (depth.y - p.height) * p.pixelsPerMm};
}

void ViewModel::eachLinked(const PaneId& id, const std::function<void(const PaneId&, Pane&)>& f)
{
    for (auto& [other, each] : m_panes)
        if (linking.poses || other == id)
            f(other, each);
}

void ViewModel::zoom(double factor, const PaneId& id, Point screen)
{
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
    m_zoomMode = ZoomMode::Free;
    eachLinked(id, [&](const PaneId& other, Pane& each) {
        ViewPose& p = each.pose;
        p.pixelsPerMm *= f;
        p.depth = at.x - (at.x - p.depth) / f;
        p.height = at.y - (at.y - p.height) / f;
        clampPose(other);
    });
}

void ViewModel::pan(double dx, double dy, const PaneId& id)
{
    const HungCell* cell = hungCell(id);
    const Pane* hung = pane(id);
    if (!cell || !hung)
        return;
    const double scale = hung->pose.pixelsPerMm;
    const double depth = (cell->wallRight ? dx : -dx) / scale, height = -dy / scale;
    m_zoomMode = ZoomMode::Free;
    eachLinked(id, [&](const PaneId& other, Pane& each) {
        each.pose.depth += depth;
        each.pose.height += height;
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
    const double width = image.columns() * mm.column,
                 height = image.rows() * mm.row / 2 + cell->area.height / p.pixelsPerMm / 2;
    p.depth = std::clamp(p.depth, std::min(0.0, edge - cell->area.width / p.pixelsPerMm), std::max(0.0, width - edge));
    p.height = std::clamp(p.height, std::min(0.0, edge - height), std::max(0.0, height - edge));
}

void ViewModel::setPose(const PaneId& id, const ViewPose& pose)
{
    m_zoomMode = ZoomMode::Free;
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

std::vector<PaneId> ViewModel::windowGroup(const PaneId& id) const
{
    std::vector<PaneId> group;
    for (const auto& [other, each] : m_panes)
        if (linking.windows || other == id)
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

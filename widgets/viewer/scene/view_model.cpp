#include "widgets/viewer/scene/view_model.h"

#include <algorithm>
#include <cmath>

namespace mama::viewer {
namespace {

constexpr std::array allSlots{Slot::RCC, Slot::LCC, Slot::RMLO, Slot::LMLO};

} // namespace

void ViewModel::setArea(PixelRect area)
{
    if (area == m_area)
        return;
    m_area = area;
    hang();
}

void ViewModel::setImage(Slot slot, std::shared_ptr<const ViewImage> image)
{
    ViewCell& c = cell(slot);
    const ViewPose pose = c.pose;
    c = {};
    c.pose = pose;
    c.image = std::move(image);
    if (c.image)
        setChoice(slot, 0);
    hang();
}

void ViewModel::setMirror(Slot slot, std::optional<bool> mirror)
{
    cell(slot).mirror = mirror;
    hang();
}

void ViewModel::setLayout(ViewLayout layout)
{
    m_layout = layout;
    hang();
}

void ViewModel::setMloFirst(bool first)
{
    m_mloFirst = first;
    hang();
}

void ViewModel::setZoomMode(ZoomMode mode)
{
    m_zoomMode = mode;
    applyZoomMode();
}

void ViewModel::reset()
{
    inverted = false;
    for (const Slot slot : allSlots) {
        cell(slot).mirror.reset();
        if (cell(slot).image) {
            cell(slot).shade.choice = 0;
            cell(slot).shade.window = defaultWindow(slot, 0);
        }
    }
    m_zoomMode = ZoomMode::SameSize;
    hang();
}

void ViewModel::hang()
{
    m_hung = cells(m_layout, m_mloFirst, active, m_area);
    for (auto& hung : m_hung)
        hung.mirror = cell(hung.slot).mirror;
    double sum = 0;
    int known = 0;
    for (const auto& c : m_cells)
        if (c.image && c.image->facts().spacing.mm && c.image->facts().spacing.mm->column > 0) {
            sum += c.image->facts().spacing.mm->column;
            ++known;
        }
    m_nominal = known ? sum / known : 1;
    applyZoomMode();
}

void ViewModel::applyZoomMode()
{
    if (m_zoomMode == ZoomMode::Free)
        return;
    double common = 0;
    for (const auto& hung : m_hung)
        if (const auto& image = cell(hung.slot).image) {
            const double fit = fitScale(*image, hung, m_nominal);
            common = common > 0 ? std::min(common, fit) : fit;
        }
    for (const auto& hung : m_hung) {
        ViewCell& c = cell(hung.slot);
        if (!c.image)
            continue;
        const Spacing mm = spacingOf(*c.image, m_nominal);
        c.pose = {};
        c.pose.pixelsPerMm = m_zoomMode == ZoomMode::SameSize ? common
                             : m_zoomMode == ZoomMode::Fit    ? fitScale(*c.image, hung, m_nominal)
                                                              : 1 / mm.column;
    }
}

const HungCell* ViewModel::hungCell(Slot slot) const
{
    const auto found = std::find_if(m_hung.begin(), m_hung.end(), [slot](const HungCell& h) { return h.slot == slot; });
    return found == m_hung.end() ? nullptr : &*found;
}

std::optional<Slot> ViewModel::slotAt(Point screen) const
{
    for (const auto& hung : m_hung)
        if (hung.area.contains(screen.x, screen.y))
            return hung.slot;
    return {};
}

std::optional<ViewTransform> ViewModel::transform(Slot slot) const
{
    const HungCell* hung = hungCell(slot);
    const ViewCell& c = cell(slot);
    if (!hung || !c.image)
        return {};
    return transformOf(*c.image, *hung, c.pose, m_nominal);
}

Point ViewModel::toDepth(Slot slot, Point screen) const
{
    const HungCell* hung = hungCell(slot);
    if (!hung)
        return {};
    const ViewPose& p = cell(slot).pose;
    const double fromEdge = isRight(slot) ? hung->area.x + hung->area.width - screen.x : screen.x - hung->area.x;
    return {p.depth + fromEdge / p.pixelsPerMm,
            p.height + (screen.y - hung->area.y - hung->area.height / 2) / p.pixelsPerMm};
}

Point ViewModel::fromDepth(Slot slot, Point depth) const
{
    const HungCell* hung = hungCell(slot);
    if (!hung)
        return {};
    const ViewPose& p = cell(slot).pose;
    const double fromEdge = (depth.x - p.depth) * p.pixelsPerMm;
    return {isRight(slot) ? hung->area.x + hung->area.width - fromEdge : hung->area.x + fromEdge,
            hung->area.y + hung->area.height / 2 + (depth.y - p.height) * p.pixelsPerMm};
}

void ViewModel::eachLinked(Slot slot, const std::function<void(Slot)>& f)
{
    for (const Slot other : allSlots)
        if (cell(other).image && (posesLinked || other == slot))
            f(other);
}

void ViewModel::zoom(double factor, Slot slot, Point screen)
{
    const Point at = toDepth(slot, screen);
    const auto limited = [&](Slot s, double f) {
        const Spacing mm = spacingOf(*cell(s).image, m_nominal);
        const double now = cell(s).pose.pixelsPerMm * mm.column; // device pixels a stored pixel
        return std::clamp(f, 0.02 / now, 64 / now);
    };
    double f = factor;
    eachLinked(slot, [&](Slot s) { f = factor > 1 ? std::min(f, limited(s, f)) : std::max(f, limited(s, f)); });
    if ((factor > 1) != (f > 1))
        return;
    m_zoomMode = ZoomMode::Free;
    eachLinked(slot, [&](Slot s) {
        ViewPose& p = cell(s).pose;
        p.pixelsPerMm *= f;
        p.depth = at.x - (at.x - p.depth) / f;
        p.height = at.y - (at.y - p.height) / f;
        clampPose(s);
    });
}

void ViewModel::pan(double dx, double dy, Slot slot)
{
    if (!cell(slot).image)
        return;
    const double scale = cell(slot).pose.pixelsPerMm;
    const double depth = (isRight(slot) ? dx : -dx) / scale, height = -dy / scale;
    m_zoomMode = ZoomMode::Free;
    eachLinked(slot, [&](Slot s) {
        cell(s).pose.depth += depth;
        cell(s).pose.height += height;
        clampPose(s);
    });
}

// Some of the picture always stays in sight.
void ViewModel::clampPose(Slot slot)
{
    const HungCell* hung = hungCell(slot);
    if (!hung)
        return;
    const ViewImage& image = *cell(slot).image;
    const Spacing mm = spacingOf(image, m_nominal);
    ViewPose& p = cell(slot).pose;
    const double edge = 40 / p.pixelsPerMm;
    const double width = image.columns() * mm.column,
                 height = image.rows() * mm.row / 2 + hung->area.height / p.pixelsPerMm / 2;
    p.depth = std::clamp(p.depth, std::min(0.0, edge - hung->area.width / p.pixelsPerMm), std::max(0.0, width - edge));
    p.height = std::clamp(p.height, std::min(0.0, edge - height), std::max(0.0, height - edge));
}

void ViewModel::setPose(Slot slot, const ViewPose& pose)
{
    m_zoomMode = ZoomMode::Free;
    eachLinked(slot, [&](Slot s) { cell(s).pose = pose; });
}

Window ViewModel::defaultWindow(Slot slot, int choice) const
{
    const auto& voi = cell(slot).image->voi()[static_cast<std::size_t>(choice)];
    if (voi.window)
        return *voi.window;
    const double entries = static_cast<double>(voi.table->entries.size());
    return {voi.table->firstMapped + entries / 2, entries, WindowFunction::Linear, voi.table->explanation};
}

void ViewModel::setChoice(Slot slot, int choice)
{
    ViewCell& c = cell(slot);
    if (!c.image)
        return;
    c.shade.choice = std::clamp(choice, 0, static_cast<int>(c.image->voi().size()) - 1);
    c.shade.window = defaultWindow(slot, c.shade.choice);
}

void ViewModel::setWindow(Slot slot, const Window& window)
{
    ViewCell& c = cell(slot);
    if (!c.image || !std::isfinite(window.centre) || !(window.width > 0))
        return;
    c.shade.window = window;
    if (window.function == WindowFunction::Linear)
        c.shade.window.width = std::max(1.0, window.width);
}

std::vector<Slot> ViewModel::windowGroup(Slot slot) const
{
    std::vector<Slot> group;
    for (const Slot other : allSlots)
        if (cell(other).image && (windowsLinked || other == slot))
            group.push_back(other);
    return group;
}

void ViewModel::adjustWindow(Slot slot, double brighter, double widthFactor)
{
    for (const Slot other : windowGroup(slot)) {
        Window w = cell(other).shade.window;
        w.centre -= brighter * w.width;
        w.width = std::clamp(w.width * widthFactor, 1e-3, 1e7);
        setWindow(other, w);
    }
}

} // namespace mama::viewer

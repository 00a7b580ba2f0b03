#include "widgets/viewer/scene/view_model.h"

#include "core/study/study.h"

#include <algorithm>
#include <cmath>

// The walk through fields of the breast.
namespace mama::viewer {
namespace {

constexpr double overlap = 0.1; // of a field with the next one

struct Span // mm
{
    double from = 0, to = 0;
    double length() const { return to - from; }
};

int fieldsOf(const Span& span, double field)
{
    constexpr double slack = 1e-9;
    return span.length() <= field * (1 + slack)
               ? 1
               : 1 + static_cast<int>(std::ceil((span.length() - field) / ((1 - overlap) * field) - slack));
}

// The middle of a field, the fields spread evenly over the span; one alone lies in its middle, or at the chest wall.
double middleOf(const Span& span, double field, int count, int index, bool fromStart)
{
    if (count == 1)
        return fromStart ? span.from + field / 2 : (span.from + span.to) / 2;
    return span.from + field / 2 + index * (span.length() - field) / (count - 1);
}

void join(Span& all, double value, bool first)
{
    all.from = first ? value : std::min(all.from, value);
    all.to = first ? value : std::max(all.to, value);
}

} // namespace

std::optional<ViewModel::Field> ViewModel::field(const PaneId& id) const
{
    const Pane* of = m_fields.of ? pane(*m_fields.of) : nullptr;
    const HungCell* cell = of ? hungCell(*m_fields.of) : nullptr;
    if (!cell || !hungCell(id) || cell->area != m_fields.area || of->pose != m_fields.pose)
        return {};
    const bool together = linking.poses && isLinked(id) && isLinked(*m_fields.of);
    return id == *m_fields.of || together ? std::optional(m_fields.at) : std::nullopt;
}

void ViewModel::stepField(int by)
{
    const auto active = activePane();
    const HungCell* cell = active ? hungCell(*active) : nullptr;
    if (!cell || !pane(*active))
        return;
    Span depth, height;        // of the breasts that are looked at
    double wide = 0, high = 0; // of the smallest cell, device pixels along depth and height
    bool first = true;
    eachLinked(*active, [&](const PaneId& id, const Pane& each) {
        const HungCell* hangs = hungCell(id);
        if (!hangs)
            return;
        const double along = std::max(1, each.turn.lying() ? hangs->area.height : hangs->area.width),
                     down = std::max(1, each.turn.lying() ? hangs->area.width : hangs->area.height);
        wide = first ? along : std::min(wide, along);
        high = first ? down : std::min(high, down);
        const Box box = each.image->breastBox();
        for (const Point corner : {Point{double(box.x0), double(box.y0)}, Point{box.x1 + 1.0, box.y1 + 1.0}}) {
            const Point at = depthAt(*each.image, *hangs, corner, m_nominal);
            join(depth, std::max(0.0, at.x), first);
            join(height, at.y, first);
            first = false;
        }
    });
    depth.from = 0;
    double scale = m_panes.at(*active).pose.pixelsPerMm;
    if (fieldsOf(depth, wide / scale) * fieldsOf(height, high / scale) == 1)
        scale = std::min(wide * (2 - overlap) / std::max(depth.length(), 1e-6),
                         high * (2 - overlap) / std::max(height.length(), 1e-6));
    Field next{fieldsOf(depth, wide / scale), fieldsOf(height, high / scale), 0, 0};
    const int count = next.columns * next.rows;
    const bool walking = m_fields.of && m_fields.at.columns == next.columns && m_fields.at.rows == next.rows;
    const int number = walking ? ((m_fields.at.number() + by) % count + count) % count : by < 0 ? count - 1 : 0;
    next.row = number / next.columns;
    next.column = next.row % 2 == 0 ? number % next.columns : next.columns - 1 - number % next.columns;
    const Point middle{middleOf(depth, wide / scale, next.columns, next.column, true),
                       middleOf(height, high / scale, next.rows, next.row, false)};
    modeOf(m_panes.at(*active)) = ZoomMode::Free;
    eachLinked(*active, [&](const PaneId& id, Pane& each) {
        const HungCell hangs = cellOf(id, each);
        const PixelRect& area = hungCell(id) ? hangs.area : cell->area;
        const Point at = shownAt(*each.image, hangs, storedAt(*each.image, hangs, middle, m_nominal), m_nominal);
        each.pose = {scale, at.x - area.width / scale / 2, at.y};
    });
    m_fields = {*active, next, cell->area, m_panes.at(*active).pose};
}

} // namespace mama::viewer

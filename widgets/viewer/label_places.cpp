#include "widgets/viewer/label_places.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

namespace mama::viewer {
namespace {

double distance(const PixelRect& a, const PixelRect& b)
{
    const double dx = a.x + a.width / 2.0 - b.x - b.width / 2.0, dy = a.y + a.height / 2.0 - b.y - b.height / 2.0;
    return std::hypot(dx, dy);
}

} // namespace

bool isFree(const PixelRect& area, const std::vector<PixelRect>& taken)
{
    return std::ranges::all_of(taken, [&](const PixelRect& each) { return intersected(area, each).empty(); });
}

PixelRect placeAtEdge(const PixelRect& cell, Point towards, const PixelRect& size, int margin,
                      const std::vector<PixelRect>& taken)
{
    const bool upright = towards.y == 0; // the edge
    const bool first = towards.x < 0 || towards.y < 0;
    const int length = upright ? cell.height : cell.width, deep = upright ? cell.width : cell.height,
              along = upright ? size.height : size.width, across = upright ? size.width : size.height;
    const auto at = [&](int offset, int inward) {
        const int u = (length - along) / 2 + offset, v = first ? margin + inward : deep - margin - inward - across;
        return upright ? PixelRect{cell.x + v, cell.y + u, size.width, size.height}
                       : PixelRect{cell.x + u, cell.y + v, size.width, size.height};
    };
    for (int inward = 0; inward <= deep / 2; inward += std::max(1, across / 2))
        for (int offset = 0; offset <= length / 4; offset += std::max(1, along / 2))
            for (const int way : {1, -1})
                if (const PixelRect place = at(way * offset, inward); isFree(place, taken))
                    return place;
    return at(0, 0);
}

void LabelPlaces::keepFree(const PixelRect& area, double weight)
{
    if (!intersected(area, m_cell).empty())
        m_taken.push_back({area, weight});
}

double LabelPlaces::overlap(const PixelRect& label) const
{
    double sum = 0;
    for (const auto& [area, weight] : m_taken) {
        const PixelRect both = intersected(area, label);
        sum += weight * both.width * both.height;
    }
    return sum;
}

PixelRect LabelPlaces::inside(PixelRect label) const
{
    label.x = std::clamp(label.x, m_cell.x, std::max(m_cell.x, m_cell.x + m_cell.width - label.width));
    label.y = std::clamp(label.y, m_cell.y, std::max(m_cell.y, m_cell.y + m_cell.height - label.height));
    return label;
}

PixelRect LabelPlaces::place(const PixelRect& shape, int width, int height, int gap)
{
    const PixelRect seen = intersected(shape, m_cell), of = seen.empty() ? shape : seen;
    const int x = of.x + of.width / 2, y = of.y + of.height / 2;
    return place(shape, {y, y, x, x}, width, height, gap);
}

// First close to it on each side; where all of that is taken, the nearest free place of the cell, else the least taken.
PixelRect LabelPlaces::place(const PixelRect& shape, const Touch& touch, int width, int height, int gap)
{
    const PixelRect seen = intersected(shape, m_cell); // of a shape that is larger than the cell
    const PixelRect of = seen.empty() ? shape : seen;
    const int right = of.x + of.width + gap, left = of.x - gap - width, below = of.y + of.height + gap,
              above = of.y - gap - height;
    PixelRect best;
    double least = std::numeric_limits<double>::max();
    const auto look = [&](int x, int y, double extra) {
        const PixelRect label = inside({x, y, width, height});
        if (const double cost = overlap(label) * 1000 + extra; cost < least) {
            least = cost;
            best = label;
        }
    };
    int order = 0;
    for (const int share : {2, 4, 1}) // beside the place's middle, then half a label on, or all of it
        for (const auto& [x, y] : {std::pair{right, touch.right - height / share},
                                   {left, touch.left - height / share},
                                   {touch.below - width / share, below},
                                   {touch.above - width / share, above}})
            look(x, y, order++);
    for (const auto& [x, y] : {std::pair{right, below}, {left, below}, {right, above}, {left, above}})
        look(x, y, order++);
    if (least >= 1000) {
        const int step = std::max(8, height / 2);
        for (int y = m_cell.y; y + height <= m_cell.y + m_cell.height; y += step)
            for (int x = m_cell.x; x + width <= m_cell.x + m_cell.width; x += step)
                look(x, y, 20 + distance({x, y, width, height}, of));
    }
    m_taken.push_back({best, 3});
    return best;
}

} // namespace mama::viewer

#include "core/phantom/render.h"

#include <algorithm>
#include <array>
#include <string>
#include <vector>

namespace mama::phantom {
namespace {

// Strokes of a letter in a box of 6 x 10, x to the right, y down.
std::vector<std::array<double, 4>> strokes(char letter)
{
    switch (letter) {
    case 'R':
        return {{0, 0, 0, 10},    {0, 0, 4, 0},     {4, 0, 6, 2},     {6, 2, 6, 3.5},
                {6, 3.5, 4, 5.2}, {4, 5.2, 0, 5.2}, {2.5, 5.2, 6, 10}};
    case 'L': return {{0, 0, 0, 10}, {0, 10, 5.5, 10}};
    case 'C':
        return {{6, 1.5, 4, 0}, {4, 0, 2, 0},   {2, 0, 0, 2},   {0, 2, 0, 8},
                {0, 8, 2, 10},  {2, 10, 4, 10}, {4, 10, 6, 8.5}};
    case 'M': return {{0, 10, 0, 0}, {0, 0, 3, 6}, {3, 6, 6, 0}, {6, 0, 6, 10}};
    case 'O':
        return {{2, 0, 4, 0},   {4, 0, 6, 2},  {6, 2, 6, 8}, {6, 8, 4, 10},
                {4, 10, 2, 10}, {2, 10, 0, 8}, {0, 8, 0, 2}, {0, 2, 2, 0}};
    default: return {};
    }
}

} // namespace

void addMarker(Raster<float>& image, const Slot& slot, const Frame& frame)
{
    const std::string text = std::string(name(slot.side)) + name(slot.view);
    const double unit = 0.75 / frame.mm, advance = 9 * unit, width = advance * static_cast<double>(text.size());
    const double margin = 7 / frame.mm, left = frame.mirrored ? margin : frame.columns - margin - width;
    for (std::size_t i = 0; i < text.size(); ++i)
        for (const auto& [x0, y0, x1, y1] : strokes(text[i])) {
            const double x = left + advance * static_cast<double>(i), y = margin;
            addLine(image,
                    {{x + x0 * unit, y + y0 * unit}, {x + x1 * unit, y + y1 * unit}, std::max(0.5, 0.55 * unit), 1.4});
        }
}

} // namespace mama::phantom

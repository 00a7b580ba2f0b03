#include "widgets/viewer/scene/map_overlay.h"

#include "widgets/viewer/scene/view_image.h"

#include <algorithm>
#include <cmath>

namespace mama::viewer {

std::optional<float> MapOverlay::valueAt(Point stored) const
{
    const auto [leftTop, rightBottom] = geometry.seen();
    if (stored.x < leftTop.x || stored.y < leftTop.y || stored.x >= rightBottom.x || stored.y >= rightBottom.y)
        return {};
    const auto patch = geometry.patchAt(stored);
    if (!patch || patch->first >= values.rows || patch->second >= values.columns)
        return {};
    const float value = values.at(patch->first, patch->second);
    return std::isnan(value) ? std::nullopt : std::optional(value);
}

std::optional<MapOverlay::Peak> MapOverlay::peak(const ViewImage& image) const
{
    const auto inBreast = [&](Point p) {
        if (breast.values.empty())
            return image.inBreast(static_cast<int>(p.x), static_cast<int>(p.y));
        return p.x >= 0 && p.y >= 0 && p.x < image.columns() && p.y < image.rows() &&
               breast.at(static_cast<int>(p.y) / 8, static_cast<int>(p.x) / 8) != 0;
    };
    std::optional<Peak> highest;
    for (int row = 0; row < values.rows; ++row)
        for (int column = 0; column < values.columns; ++column) {
            const double value = static_cast<double>(values.at(row, column));
            const Point centre = geometry.patchCentre(row, column);
            if (std::isfinite(value) && (!highest || value > highest->value) && inBreast(centre))
                highest = Peak{value, centre};
        }
    return highest;
}

std::vector<double> outlineLevels(const OverlayStyle& style)
{
    const auto [low, high] = std::minmax(style.low, style.high);
    std::vector<double> levels;
    if (style.threshold > low)
        levels.push_back(style.threshold);
    for (const double level : {(low + high) / 2, high})
        if (level > style.threshold)
            levels.push_back(level);
    return levels;
}

} // namespace mama::viewer

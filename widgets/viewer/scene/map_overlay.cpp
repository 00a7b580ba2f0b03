#include "widgets/viewer/scene/map_overlay.h"

#include "widgets/viewer/scene/view_image.h"

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
    std::optional<Peak> highest;
    for (int row = 0; row < values.rows; ++row)
        for (int column = 0; column < values.columns; ++column) {
            const double value = static_cast<double>(values.at(row, column));
            const Point centre = geometry.patchCentre(row, column);
            if (std::isfinite(value) && (!highest || value > highest->value) &&
                image.inBreast(static_cast<int>(centre.x), static_cast<int>(centre.y)))
                highest = Peak{value, centre};
        }
    return highest;
}

} // namespace mama::viewer

#include "widgets/viewer/scene/map_overlay.h"

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

} // namespace mama::viewer

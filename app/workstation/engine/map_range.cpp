#include "app/workstation/engine/map_range.h"

#include <algorithm>
#include <cmath>

namespace mama {

std::optional<std::pair<double, double>> similarityRange(const std::vector<SentenceMap>& maps,
                                                         const viewer::PaneView& view)
{
    double low = 1, high = -1;
    for (const SentenceMap& map : maps) {
        const auto& values = map.overlay->values;
        const viewer::ViewImage* image = view.image(map.pane);
        for (int row = 0; row < values.rows; ++row)
            for (int column = 0; column < values.columns; ++column) {
                const double value = static_cast<double>(values.at(row, column));
                const Point centre = map.overlay->geometry.patchCentre(row, column);
                if (std::isfinite(value) && image &&
                    image->inBreast(static_cast<int>(centre.x), static_cast<int>(centre.y))) {
                    low = std::min(low, value);
                    high = std::max(high, value);
                }
            }
    }
    if (low > high)
        return {};
    return std::pair{std::floor(low * 1000) / 1000, std::ceil(high * 1000) / 1000};
}

} // namespace mama

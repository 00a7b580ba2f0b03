#include "core/library/collection/region_geometry.h"

#include <algorithm>
#include <cmath>

namespace mama {
namespace {

constexpr int cell = 8; // of the breast's mask, stored pixels

} // namespace

std::optional<RegionBounds> boundsOf(const RegionShape& region)
{
    const std::vector<float>& g = region.geometry;
    if (std::any_of(g.begin(), g.end(), [](float value) { return !std::isfinite(value) || std::abs(value) > 1e7F; }))
        return std::nullopt;
    if (region.kind == "box" && g.size() == 4)
        return RegionBounds{g[0], g[1], g[2], g[3]};
    if (region.kind == "circle" && g.size() == 3)
        return RegionBounds{double(g[0]) - g[2], double(g[1]) - g[2], double(g[0]) + g[2], double(g[1]) + g[2]};
    if (region.kind == "point" && g.size() == 2)
        return RegionBounds{std::floor(g[0]), std::floor(g[1]), std::floor(g[0]) + 1, std::floor(g[1]) + 1};
    if (region.kind != "contour" || g.size() < 6 || g.size() % 2 != 0)
        return std::nullopt;
    RegionBounds bounds{g[0], g[1], g[0], g[1]};
    for (std::size_t i = 0; i < g.size(); i += 2) {
        bounds.x0 = std::min<double>(bounds.x0, g[i]);
        bounds.x1 = std::max<double>(bounds.x1, g[i]);
        bounds.y0 = std::min<double>(bounds.y0, g[i + 1]);
        bounds.y1 = std::max<double>(bounds.y1, g[i + 1]);
    }
    return bounds;
}

RegionShape mirrored(RegionShape region, int columns)
{
    std::vector<float>& g = region.geometry;
    const auto width = static_cast<float>(columns);
    if (region.kind == "box" && g.size() == 4) {
        const float x0 = g[0];
        g[0] = width - g[2];
        g[2] = width - x0;
    } else if (region.kind == "contour") {
        for (std::size_t i = 0; i + 1 < g.size(); i += 2)
            g[i] = width - g[i];
    } else if (!g.empty()) {
        g[0] = width - g[0];
    }
    return region;
}

RegionShape clipped(RegionShape region, int rows, int columns)
{
    const auto bounds = boundsOf(region);
    const bool inside = bounds && bounds->x0 < columns && bounds->y0 < rows && bounds->x1 > 0 && bounds->y1 > 0;
    if (!bounds || region.kind == "circle" || (region.kind == "box" && !inside))
        return region;
    const float pixel = region.kind == "point" ? 1.0F : 0.0F; // a point is the pixel that it lies in
    for (std::size_t i = 0; i + 1 < region.geometry.size(); i += 2) {
        region.geometry[i] = std::clamp(region.geometry[i], 0.0F, static_cast<float>(columns) - pixel);
        region.geometry[i + 1] = std::clamp(region.geometry[i + 1], 0.0F, static_cast<float>(rows) - pixel);
    }
    return region;
}

double shareOnBreast(const RegionShape& region, const Raster<std::uint8_t>& breast)
{
    const auto bounds = boundsOf(region);
    if (!bounds)
        return 0;
    double on = 0, all = 0;
    for (int row = static_cast<int>(bounds->y0) / cell; row * cell < bounds->y1; ++row)
        for (int column = static_cast<int>(bounds->x0) / cell; column * cell < bounds->x1; ++column, ++all)
            on +=
                row >= 0 && column >= 0 && row < breast.rows && column < breast.columns && breast.at(row, column) != 0;
    return all > 0 ? on / all : 0;
}

} // namespace mama

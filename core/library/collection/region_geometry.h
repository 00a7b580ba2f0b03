#pragma once
#include "core/image/stored_image.h"

#include <optional>
#include <string>
#include <vector>

namespace mama {

// A region in stored pixels: "box" x0 y0 x1 y1, "contour" x y x y ..., "circle" x y radius, "point" x y.
struct RegionShape
{
    std::string kind;
    std::vector<float> geometry;
};

struct RegionBounds
{
    double x0 = 0, y0 = 0, x1 = 0, y1 = 0;
};

// Empty: the geometry is none of its kind.
std::optional<RegionBounds> boundsOf(const RegionShape& region);
// In the mirrored picture, as wide as `columns`.
RegionShape mirrored(RegionShape region, int columns);
// Cut off at the edges of an image of that size. A circle stays, whose centre tells enough, and a box of which nothing
// would be left.
RegionShape clipped(RegionShape region, int rows, int columns);
// How much of its surroundings lies on the breast, 0 to 1. breast: 1 in the breast, on cells of 8 stored pixels.
double shareOnBreast(const RegionShape& region, const Raster<std::uint8_t>& breast);

} // namespace mama

#pragma once
#include "core/image/stored_image.h"

namespace mama {

// The reference's area resize: the longer axis (rows, when equal) becomes longSide, the other int(short * long' /
// long).
Raster<std::uint8_t> areaToLongSide(const Raster<std::uint8_t>& picture, int longSide);

// Means of areas where the picture's last row and column stand for a part of a pixel: it is `high` by `wide` pixels
// large.
struct CutSize
{
    double high = 0, wide = 0;
};
Raster<std::uint8_t> areaMeans(const Raster<std::uint8_t>& picture, const CutSize& size, int rows, int columns);

// For screens, several times quicker than the means of whole areas: halved as long as it is twice as large or more,
// then linear.
Raster<std::uint8_t> quickResize(const Raster<std::uint8_t>& picture, int rows, int columns);

// One antialiased resize in float: area means along an axis that shrinks, linear along one that grows.
Raster<float> antialiased(const Raster<float>& picture, int rows, int columns);

} // namespace mama

#pragma once
#include "core/image/geometry.h"
#include "core/image/stored_image.h"

namespace mama {

// Resizes a box of an 8-bit picture to rows x columns with Pillow's BILINEAR filter (a triangle, widened when it
// shrinks), rounding to 8 bits after each axis, bit for bit as Pillow 13 does. Source: Pillow's Resample.c.
Raster<std::uint8_t> pillowBilinear(const Raster<std::uint8_t>& picture, const Box& box, int rows, int columns);

} // namespace mama

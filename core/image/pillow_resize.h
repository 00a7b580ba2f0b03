#pragma once
#include "core/image/geometry.h"
#include "core/image/stored_image.h"

namespace mama {

enum class PillowFilter { Bilinear, Bicubic, Lanczos };

// Resizes an 8-bit picture to rows x columns with Pillow's BILINEAR (a triangle) or BICUBIC (a = -0.5) or LANCZOS
// (three lobes) filter, each widened when it shrinks, rounding to 8 bits after each axis, bit for bit as Pillow 13
// does. Source: Pillow's Resample.c.
Raster<std::uint8_t> pillowResize(Raster<std::uint8_t> picture, int rows, int columns, PillowFilter filter);

// A box of a picture.
Raster<std::uint8_t> cutOut(const Raster<std::uint8_t>& picture, const Box& box);

} // namespace mama

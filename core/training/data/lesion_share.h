#pragma once
#include "core/image/geometry.h"
#include "core/image/stored_image.h"

namespace mama {

// How much of each pixel of the model's input a mask in stored pixels covers, exactly (the mask's integral over the
// pixel's footprint): [C, C] of the geometry's input size, 0 to 1. What lies outside the image is not covered.
Raster<float> lesionShare(const Raster<std::uint8_t>& mask, const Geometry& geometry);

} // namespace mama

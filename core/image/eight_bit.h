#pragma once
#include "core/image/geometry.h"
#include "core/image/stored_image.h"

namespace mama {

// Values to 0-255 by their range in the box, cut off to whole numbers: (v - least) / (largest - least) x 255; inverted
// (MONOCHROME1) they are taken from the largest first. Error(Data) where all are equal.
Raster<std::uint8_t> eightBitByRange(const Raster<float>& values, const Box& box, bool inverted);

// TensorFlow's tf.image.resize: bilinear, half-pixel centres, no antialiasing, cut off to 8 bits. Source:
// tensorflow/core/kernels/image/resize_bilinear_op.cc.
Raster<std::uint8_t> tensorFlowBilinear(const Raster<std::uint8_t>& picture, int rows, int columns);

} // namespace mama

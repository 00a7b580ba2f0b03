#pragma once
#include "core/image/stored_image.h"

namespace mama {

// A grey picture as a JPEG file, quality 1 to 100.
std::vector<std::byte> greyJpeg(const Raster<std::uint8_t>& picture, int quality);

} // namespace mama

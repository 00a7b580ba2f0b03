#pragma once
#include "core/image/stored_image.h"

#include <vector>

namespace mama {

// The outlines of a mask's parts, largest first: corners x y x y ... on the edges of its pixels, clockwise as shown, so
// that exactly the pixels whose centres lie inside are the part's (holes are filled). Pixels that touch at a corner
// belong together.
std::vector<std::vector<float>> contoursOf(const Raster<std::uint8_t>& mask);

} // namespace mama

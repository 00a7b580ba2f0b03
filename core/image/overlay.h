#pragma once
#include "core/image/geometry.h"
#include "core/image/stored_image.h"

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace mama {

// A picture of an alignment map over its image, for reports: drawn through the exact geometry on the stored
// orientation, with colour bar and legend. What the model did not see is hatched; air is left without colour.
struct OverlayPicture
{
    Raster<std::uint8_t> display;     // the image as the window shows it, stored orientation
    Raster<float> map;                // patch grid; NaN: not seen
    std::vector<std::uint8_t> breast; // patch grid, 0: air; empty: no mask
    Geometry geometry;
    double low = -1, high = 1; // colour range, the same for all pictures of a query
    double opacity = 0.45;
    int longSide = 1400;             // of the drawn image, pixels; never enlarged
    std::vector<std::string> legend; // lines below; the caller names sentence, model and hash, profile, patch size
};

// [rows, columns, 3] RGB. Bilinear between patch centres, clamped at the border; nothing else is smoothed.
// Error(Internal) if the map does not fit the geometry or the range is empty.
StoredImage drawOverlay(const OverlayPicture& picture);

// As PNG; appears by rename when complete.
void writePng(const std::filesystem::path& path, const StoredImage& rgb);

} // namespace mama

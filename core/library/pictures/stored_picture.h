#pragma once
#include "core/image/grey_pipeline.h"

#include <filesystem>
#include <optional>

namespace mama {

// An image's values after the modality step, made smaller, as it hangs: by a window of one's own they show what a
// thumbnail's 8 bits have lost.
struct StoredPicture
{
    Raster<float> values;        // [rows, columns], means of areas
    Raster<std::uint8_t> padded; // 1: no picture is there
    VoiChoice voi;               // the file's first, else the range of its values
    bool inverted = false;       // MONOCHROME1
};

struct StoredPictureRequest
{
    std::filesystem::path path;
    std::optional<int> frame{};             // 0-based; empty: of a stack its middle slice
    bool mirrored = false, flipped = false; // as it hangs, against the stored picture
    int longestSide = 480;                  // pixels; a smaller picture stays as it is
};
// Error: Io, or what is wrong with the file's content.
StoredPicture readStoredPicture(const StoredPictureRequest& request);

// Against the picture's own window, or table of values.
struct WindowChange
{
    double centre = 0; // moved by so many of its widths; positive is darker
    double width = 1;  // so many times as wide
    bool operator==(const WindowChange&) const = default;
};
// 8 bits for the screen, padding black.
Raster<std::uint8_t> shownBy(const StoredPicture& picture, const WindowChange& change = {});

} // namespace mama

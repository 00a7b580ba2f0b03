#pragma once
#include <cstddef>
#include <span>
#include <string>

namespace mama {

// What a PNG or JPEG file notes beside its pixels.
struct PictureNotes
{
    int orientation = 1;       // EXIF, 1 to 8: how the stored rows and columns are to be turned
    bool morePictures = false; // an animation, or several pictures in one file
};

// Reads markers and chunks, no pixels. What is broken there is left at its default.
PictureNotes pictureNotes(std::span<const std::byte> bytes, const std::string& format);

} // namespace mama

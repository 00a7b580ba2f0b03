#pragma once
#include "core/base/user_text.h"
#include "core/image/files/tiff_pages.h"
#include "core/image/stored_image.h"

#include <cstddef>
#include <filesystem>
#include <span>
#include <string>

namespace mama {

// What a picture file's first bytes and header say.
struct RasterFileInfo
{
    std::string format; // "png", "jpeg", "tiff", "pgm"; empty: none of these
    std::int64_t rows = 0, columns = 0;
    int bits = 8; // of a sample, as far as the header says
    // EXIF's or the TIFF's, 1 to 8. rows and columns are those of the turned picture: nobody sees another one.
    int orientation = 1;
    std::vector<TiffPage> pages; // TIFF: those that are frames
    std::vector<UserText> warnings;

    int frames() const { return pages.empty() ? 1 : static_cast<int>(pages.size()); }
};

// The largest picture that is decoded, in bytes of its samples.
constexpr std::uint64_t largestRaster = std::uint64_t{1} << 30;

// Reads the header only. An empty format when the bytes are no such picture. Error(Format) naming the file when
// they begin as one but its header is broken.
RasterFileInfo inspectRaster(std::span<const std::byte> bytes, const std::filesystem::path& path);

// PNG (1 to 16 bits), JPEG, TIFF or PGM as stored: grey as [rows, columns] U8 or U16, colour as RGB. Transparency
// is dropped, samples of under 8 bits are scaled to 8. Turned as EXIF, eXIf or the TIFF's orientation says; where white
// is zero (TIFF), the values are turned round, so that large is light. frame: a TIFF's page. The size is checked before
// anything is allocated. Error(Format) or Error(Unsupported) names the file and the reason; damaged and truncated data
// are refused as a whole; doubt: what speaks for damage in a picture that can be read, or empty.
StoredImage readRaster(std::span<const std::byte> bytes, const std::filesystem::path& path, int frame = 0,
                       UserText* doubt = nullptr);

// A PNG of 8-bit grey values, for masks: little effort is spent on its size. Error(Internal) if it cannot be made.
std::vector<std::byte> encodePng(const Raster<std::uint8_t>& image);

} // namespace mama

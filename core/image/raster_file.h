#pragma once
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
};

// The largest picture that is decoded, in bytes of its samples.
constexpr std::uint64_t largestRaster = std::uint64_t{1} << 30;

// Reads the header only. An empty format when the bytes are no such picture. Error(Format) naming the file when
// they begin as one but its header is broken.
RasterFileInfo inspectRaster(std::span<const std::byte> bytes, const std::filesystem::path& path);

// PNG (1 to 16 bits), JPEG, TIFF or PGM as stored: grey as [rows, columns] U8 or U16, colour as RGB. Transparency
// is dropped, a rotation note (EXIF) is not applied, samples of under 8 bits are scaled to 8. The size is checked
// before anything is allocated. Error(Format) or Error(Unsupported) names the file and the reason.
StoredImage readRaster(std::span<const std::byte> bytes, const std::filesystem::path& path);

// A PNG of 8-bit grey values, for masks: little effort is spent on its size. Error(Internal) if it cannot be made.
std::vector<std::byte> encodePng(const Raster<std::uint8_t>& image);

} // namespace mama

#pragma once
#include "core/base/user_text.h"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

namespace mama {

struct RasterSize
{
    std::int64_t rows = 0, columns = 0;
    int bits = 8;
};

// "broken or truncated png data"
UserText brokenData(const std::string& format);

// Size of a picture from its header, without decoding: empty when the header is broken or cut off.
std::optional<RasterSize> pngSize(std::span<const std::byte> bytes);
std::optional<RasterSize> jpegSize(std::span<const std::byte> bytes);
std::optional<RasterSize> tiffSize(std::span<const std::byte> bytes); // first page
std::optional<RasterSize> pgmSize(std::span<const std::byte> bytes);

} // namespace mama

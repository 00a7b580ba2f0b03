#pragma once
#include "core/image/stored_image.h"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

namespace mama {

struct PgmHeader
{
    std::uint64_t columns = 0, rows = 0, largest = 0;
    std::size_t data = 0; // where the samples begin
};

// Empty where a number is missing or runs into something else than a blank: readers would not agree on it.
std::optional<PgmHeader> pgmHeader(std::span<const std::byte> bytes);

// Binary (P5) or as text (P2), U8 or U16, values as stored. Empty where data are missing or no numbers in range.
std::optional<StoredImage> decodePgmPicture(std::span<const std::byte> bytes);

} // namespace mama

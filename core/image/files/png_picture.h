#pragma once
#include "core/image/stored_image.h"

#include <cstddef>
#include <optional>
#include <span>

namespace mama {

// A PNG of 1 to 16 bits: grey as [rows, columns] U8 or U16, colour and palettes as RGB; transparency is dropped,
// samples of under 8 bits are scaled to 8. Damaged and truncated data are refused as a whole: empty, with the reason in
// why.
std::optional<StoredImage> decodePngPicture(std::span<const std::byte> bytes);

} // namespace mama

#pragma once
#include "core/base/user_text.h"
#include "core/image/tiff_pages.h"

namespace mama {

// What is wrong with a page's compressed data; empty: nothing. Readers fill what is missing with black and go on, and
// none looks at the sums that deflate keeps.
UserText damageOf(std::span<const std::byte> bytes, const TiffPage& page);

} // namespace mama

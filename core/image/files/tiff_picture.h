#pragma once
#include "core/base/user_text.h"
#include "core/image/files/tiff_pages.h"
#include "core/image/stored_image.h"

#include <optional>
#include <span>

namespace mama {

// A page of a TIFF file as far as it is read here: every page is checked, strip by strip; one of plain grey or RGB
// samples (8 or 16 bits, no JPEG) is decoded in the same pass, large values light. Palettes and other depths are left
// to another decoder.
struct TiffPicture
{
    UserText why;                     // what is wrong with it; empty: nothing
    std::optional<StoredImage> plain; // as stored: not turned yet
    UserText doubt;                   // of a plain one; empty: none
};

// page: one whose size was checked.
TiffPicture readTiff(std::span<const std::byte> bytes, const TiffPage& page);

} // namespace mama

#pragma once
#include "core/base/user_text.h"
#include "core/image/zero_holes.h"

#include <cstddef>
#include <cstdint>
#include <span>

struct tiff; // libtiff's TIFF

namespace mama {

// What is wrong with a page before anything is decoded; empty: nothing. Strips or tiles that have no bytes, fewer than
// their rows need (where nothing is compressed), lie outside the file, in its header or directory, or on each other's
// bytes; a grey colour map with a hole. Readers fill what is missing with black and go on.
UserText wrongLayout(tiff* file, std::span<const std::byte> bytes);

// Whether the compressed bytes of a page's strips or tiles are what an encoder may write. Readers go on where they are
// not, and none looks at the sums that deflate keeps.
class StrileCheck
{
public:
    explicit StrileCheck(tiff* file);
    // decoded: the bytes that it unpacks to.
    bool isSound(std::span<const std::byte> strile, std::size_t decoded);
    // What is seen over all of them only.
    bool allSound() const { return !m_zeros.hole(); }

private:
    std::uint16_t m_compression = 1;
    std::size_t m_rowBytes = 0;
    PackBitsZeros m_zeros;
};

} // namespace mama

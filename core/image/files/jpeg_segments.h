#pragma once
#include "core/image/files/byte_cursor.h"

#include <optional>

namespace mama {

// A marker of a JPEG file and what belongs to it.
struct JpegSegment
{
    std::uint64_t marker = 0; // 0xFF01 to 0xFFFE
    std::size_t at = 0;       // of the marker
    std::size_t length = 0;   // as stated, not checked; of a marker that stands alone 0

    bool alone() const { return (marker >= 0xFFD0 && marker <= 0xFFD8) || marker == 0xFF01; }
    std::size_t next() const { return at + 2 + length; }
};

// The one at this place, behind fill bytes; empty where there is none. in: of the file, big endian.
inline std::optional<JpegSegment> jpegSegment(ByteCursor& in, std::size_t at)
{
    while (in.number(at, 2) == 0xFFFF)
        ++at;
    JpegSegment found{in.number(at, 2), at, 0};
    if (found.marker < 0xFF01)
        return std::nullopt;
    if (!found.alone())
        found.length = in.number(at + 2, 2);
    return found;
}

} // namespace mama

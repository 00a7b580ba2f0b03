#include "core/dicom/data_set/element_header.h"

#include <dcmtk/config/osconfig.h>
#include <dcmtk/dcmdata/dcvr.h>

namespace mama {

std::uint64_t readNumber(std::span<const std::byte> bytes, std::size_t at, std::size_t size, bool big)
{
    std::uint64_t value = 0;
    for (std::size_t i = 0; i < size; ++i)
        value = value << 8 | std::to_integer<std::uint64_t>(bytes[at + (big ? i : size - 1 - i)]);
    return value;
}

std::optional<ElementHeader> readElementHeader(std::span<const std::byte> bytes, std::size_t at, Encoding encoding)
{
    if (at > bytes.size() || bytes.size() - at < 8)
        return std::nullopt;
    const bool big = encoding == Encoding::ExplicitBig;
    ElementHeader out;
    out.tag = static_cast<std::uint32_t>(readNumber(bytes, at, 2, big) << 16 | readNumber(bytes, at + 2, 2, big));
    const bool item = out.tag >> 16 == 0xFFFE;
    if (item || encoding == Encoding::ImplicitLittle) {
        out.length = static_cast<std::uint32_t>(readNumber(bytes, at + 4, 4, big));
        out.value = at + 8;
        return out;
    }
    for (std::size_t i = 0; i < 2; ++i) {
        out.vr[i] = std::to_integer<char>(bytes[at + 4 + i]);
        if ((out.vr[i] < 'A' || out.vr[i] > 'Z') && out.vr[i] != '?')
            return std::nullopt;
    }
    // DCMTK's own rule for the width of the length field, unknown representations included.
    const char vrName[3] = {out.vr[0], out.vr[1], 0};
    if (DcmVR(vrName).usesExtendedLengthEncoding()) {
        if (bytes.size() - at < 12)
            return std::nullopt;
        out.length = static_cast<std::uint32_t>(readNumber(bytes, at + 8, 4, big));
        out.value = at + 12;
    } else {
        out.length = static_cast<std::uint32_t>(readNumber(bytes, at + 6, 2, big));
        out.value = at + 8;
    }
    return out;
}

} // namespace mama

#include "core/dicom/codec/compressed_stream.h"

#include "core/dicom/data_set/element_header.h"

#include <algorithm>

namespace mama {
namespace {

constexpr std::uint64_t jp2Signature = 0x0000000C6A502020ULL;

// Big-endian number at a position, or empty past the end.
std::optional<std::uint64_t> big(std::span<const std::byte> bytes, std::size_t at, std::size_t size)
{
    if (at > bytes.size() || size > bytes.size() - at)
        return std::nullopt;
    return readNumber(bytes, at, size, true);
}

std::optional<StreamInfo::Kind> kindOf(std::uint64_t marker)
{
    using enum StreamInfo::Kind;
    switch (marker) {
    case 0xFFC0: return JpegBaseline;
    case 0xFFC1: return JpegExtended;
    case 0xFFC2: return JpegProgressive;
    case 0xFFC3: return JpegLossless;
    case 0xFFF7: return JpegLs;
    default: return std::nullopt;
    }
}

// Extent of the codestream in a JP2 file, or of the whole where it stands alone.
std::optional<ByteExtent> codestream(std::span<const std::byte> bytes)
{
    if (big(bytes, 0, 8) != jp2Signature)
        return ByteExtent{0, bytes.size()};
    for (std::size_t at = 0;;) {
        const auto length = big(bytes, at, 4), type = big(bytes, at + 4, 4);
        if (!length || !type)
            return std::nullopt;
        std::uint64_t size = *length, header = 8;
        if (size == 1) {
            size = big(bytes, at + 8, 8).value_or(0);
            header = 16;
        } else if (size == 0) {
            size = bytes.size() - at;
        }
        if (size < header || size > bytes.size() - at)
            size = *type == 0x6A703263 ? bytes.size() - at : 0; // a cut-off codestream is the decoder's matter
        if (size < header)
            return std::nullopt;
        if (*type == 0x6A703263)
            return ByteExtent{at + header, size - header};
        at += size;
    }
}

} // namespace

std::optional<StreamInfo> jpegInfo(std::span<const std::byte> bytes)
{
    if (big(bytes, 0, 2) != 0xFFD8U)
        return std::nullopt;
    for (std::size_t at = 2;;) {
        const auto marker = big(bytes, at, 2);
        if (!marker || *marker < 0xFF01)
            return std::nullopt;
        if (*marker == 0xFFFF) { // fill byte
            ++at;
            continue;
        }
        const auto length = big(bytes, at + 2, 2);
        if (!length || *length < 2 || *marker == 0xFFD9 || *marker == 0xFFDA)
            return std::nullopt;
        if (const auto kind = kindOf(*marker)) {
            const auto precision = big(bytes, at + 4, 1), rows = big(bytes, at + 5, 2), columns = big(bytes, at + 7, 2),
                       components = big(bytes, at + 9, 1);
            if (!components || *rows == 0 || *columns == 0 || *precision < 2 || *precision > 16)
                return std::nullopt;
            StreamInfo info;
            info.kind = *kind;
            info.rows = static_cast<std::uint32_t>(*rows);
            info.columns = static_cast<std::uint32_t>(*columns);
            info.precision = static_cast<int>(*precision);
            info.components = static_cast<int>(*components);
            info.lossy = *kind != StreamInfo::Kind::JpegLossless && *kind != StreamInfo::Kind::JpegLs;
            info.length = bytes.size();
            return info;
        }
        at += 2 + *length;
    }
}

namespace {

// The most zero bytes that a stream holds in a row by right: one for each empty packet of a tile (ISO 15444-1, B.10),
// and where bits are coded raw (D.6) those of an empty code block. cod: where the segment's marker stands.
std::size_t longestZeros(std::span<const std::byte> stream, std::size_t cod, const StreamInfo& info)
{
    const auto number = [&](std::size_t at, std::size_t size) { return big(stream, at, size).value_or(0); };
    const bool ownPrecincts = (number(cod + 4, 1) & 1U) != 0;
    const std::uint64_t layers = number(cod + 6, 2), levels = std::min<std::uint64_t>(number(cod + 9, 1), 32);
    const std::uint64_t width = std::min<std::uint64_t>(number(24, 4), info.columns),
                        height = std::min<std::uint64_t>(number(28, 4), info.rows);
    std::uint64_t packets = 0;
    for (std::uint64_t level = 0; level <= levels; ++level) {
        const std::uint64_t sizes = ownPrecincts ? number(cod + 14 + level, 1) : 0xFF;
        const auto along = [&](std::uint64_t side, std::uint64_t power) {
            return (((side >> (levels - level)) + 1) >> power) + (ownPrecincts ? 2 : 1);
        };
        packets += along(width, sizes & 15U) * along(height, sizes >> 4U);
    }
    constexpr std::uint64_t few = 48, rawBlock = 1024, most = 1 << 20;
    const std::uint64_t raw = (number(cod + 12, 1) & 0x41U) != 0 ? rawBlock : few; // bypass, high throughput
    return static_cast<std::size_t>(
        std::min(most, raw + packets * layers * static_cast<std::uint64_t>(info.components)));
}

} // namespace

std::optional<StreamInfo> jpeg2000Info(std::span<const std::byte> bytes)
{
    const auto extent = codestream(bytes);
    if (!extent)
        return std::nullopt;
    const auto stream = bytes.subspan(extent->offset, extent->length);
    if (big(stream, 0, 4) != 0xFF4FFF51U) // SOC, SIZ
        return std::nullopt;
    const auto x1 = big(stream, 8, 4), y1 = big(stream, 12, 4), x0 = big(stream, 16, 4), y0 = big(stream, 20, 4);
    const auto tileX = big(stream, 24, 4), tileY = big(stream, 28, 4), components = big(stream, 40, 2);
    if (!components || *x1 <= *x0 || *y1 <= *y0 || *tileX == 0 || *tileY == 0 || *components == 0 || *components > 4)
        return std::nullopt;
    StreamInfo info;
    info.kind = StreamInfo::Kind::Jpeg2000;
    info.columns = static_cast<std::uint32_t>(*x1 - *x0);
    info.rows = static_cast<std::uint32_t>(*y1 - *y0);
    info.components = static_cast<int>(*components);
    info.start = extent->offset;
    info.length = extent->length;
    // The decoder keeps some 6 KB for every tile before it has seen one.
    if ((*x1 / *tileX + 1) * (*y1 / *tileY + 1) > 16384)
        return std::nullopt;
    const auto depth = big(stream, 42, 1);
    for (std::size_t i = 0; i < *components; ++i) {
        const auto each = big(stream, 42 + 3 * i, 3);
        if (!each || (*each & 0xFFFF) != 0x0101 || (*each >> 16) != *depth)
            return std::nullopt;
    }
    info.isSigned = (*depth & 0x80) != 0;
    info.precision = static_cast<int>(*depth & 0x7F) + 1;
    for (std::size_t at = 4 + big(stream, 4, 2).value_or(0);;) {
        const auto marker = big(stream, at, 2), length = big(stream, at + 2, 2);
        if (!length || *length < 2 || *marker < 0xFF01 || *marker == 0xFF90)
            return std::nullopt; // no coding style before the first tile
        if (*marker == 0xFF52) { // COD: multiple component transform at 8, wavelet at 13 (0: irreversible)
            info.colourTransform = big(stream, at + 8, 1).value_or(0) == 1 && *components >= 3;
            info.lossy = big(stream, at + 13, 1).value_or(1) == 0;
            info.longestZeros = longestZeros(stream, at, info);
            return info.precision > 31 ? std::nullopt : std::optional(info);
        }
        at += 2 + *length;
    }
}

bool beginsStream(std::span<const std::byte> fragment)
{
    const auto head = big(fragment, 0, 4);
    return head && (*head >> 8 == 0xFFD8FF || *head == 0xFF4FFF51U || big(fragment, 0, 8) == jp2Signature);
}

} // namespace mama

#include "core/image/files/tiff_check.h"

#include <algorithm>
#include <array>
#include <tiffio.h>
#include <vector>
#include <zlib.h>

namespace mama {
namespace {

// Whether a zlib stream runs to its end and agrees with its sum; one that stops short of it must hold all the same.
bool isWholeDeflate(std::span<const std::byte> raw, std::size_t expected)
{
    z_stream stream{};
    if (inflateInit(&stream) != Z_OK)
        return false;
    std::array<std::byte, 1 << 15> scratch{};
    stream.next_in = reinterpret_cast<Bytef*>(const_cast<std::byte*>(raw.data())); // only read
    stream.avail_in = static_cast<uInt>(raw.size());
    int state = Z_OK;
    while (state == Z_OK) {
        stream.next_out = reinterpret_cast<Bytef*>(scratch.data());
        stream.avail_out = static_cast<uInt>(scratch.size());
        state = inflate(&stream, Z_NO_FLUSH);
    }
    const std::size_t made = stream.total_out;
    inflateEnd(&stream);
    return state == Z_STREAM_END || (state == Z_BUF_ERROR && made >= expected);
}

// Zeros in a row that no encoder writes: LZW has no two zero codes after another twice, those of dictionaries none of a
// match's length. Padding at the end is none.
bool hasHole(std::span<const std::byte> raw, std::size_t least)
{
    for (std::size_t probe = least - 1; probe < raw.size();) {
        std::size_t from = probe + 1;
        while (from > 0 && probe + 1 - from < least && raw[from - 1] == std::byte{0})
            --from;
        if (probe + 1 - from >= least)
            return std::ranges::any_of(raw.subspan(probe), [](std::byte each) { return each != std::byte{0}; });
        probe = from + least - 1;
    }
    return false;
}

// Whether runs and literals fill the strip and end with it.
bool isWholePackBits(std::span<const std::byte> raw, std::size_t expected)
{
    std::size_t at = 0, made = 0;
    while (at < raw.size() && made < expected) {
        const int head = static_cast<signed char>(std::to_integer<unsigned char>(raw[at++]));
        if (head == -128)
            continue;
        made += static_cast<std::size_t>(head < 0 ? 1 - head : 1 + head);
        at += static_cast<std::size_t>(head < 0 ? 1 : 1 + head);
    }
    return made == expected && at <= raw.size() && raw.size() - at < 2;
}

std::uint16_t field(TIFF* file, std::uint32_t tag)
{
    std::uint16_t value = 0;
    TIFFGetFieldDefaulted(file, tag, &value);
    return value;
}

// Where a strip or tile lies, and what its rows take uncompressed.
struct Place
{
    std::uint64_t offset = 0, length = 0, needed = 0;
    std::uint32_t number = 0; // counted from 0

    std::uint64_t end() const { return offset + length; }
};

std::vector<Place> places(TIFF* file)
{
    const bool tiled = TIFFIsTiled(file) != 0;
    std::uint32_t rows = 0, perStrip = 0;
    TIFFGetFieldDefaulted(file, TIFFTAG_IMAGELENGTH, &rows);
    TIFFGetFieldDefaulted(file, TIFFTAG_ROWSPERSTRIP, &perStrip);
    perStrip = std::clamp<std::uint32_t>(perStrip, 1, std::max<std::uint32_t>(rows, 1));
    const std::uint32_t inPlane = (rows + perStrip - 1) / perStrip,
                        count = tiled ? TIFFNumberOfTiles(file) : TIFFNumberOfStrips(file);
    std::vector<Place> all(count);
    for (std::uint32_t i = 0; i < count; ++i) {
        const std::uint32_t first = inPlane > 0 ? i % inPlane * perStrip : 0;
        all[i] = {TIFFGetStrileOffset(file, i), TIFFGetStrileByteCount(file, i),
                  static_cast<std::uint64_t>(std::max<tmsize_t>(
                      0, tiled ? TIFFTileSize(file) : TIFFVStripSize(file, std::min(perStrip, rows - first)))),
                  i};
    }
    return all;
}

// Blank parts may well be kept once: their bytes repeat, or are very few.
bool isBlank(std::span<const std::byte> strile, std::uint64_t needed)
{
    return strile.size() <= needed / 16 || std::equal(strile.begin() + 4, strile.end(), strile.begin());
}

constexpr auto noBytes = TextId("picture.tiff_no_bytes", "has no bytes in the file");
constexpr auto outside = TextId("picture.tiff_outside", "lies outside the file");
constexpr auto tooFew = TextId("picture.tiff_too_few", "has fewer bytes than its rows take");
constexpr auto inHeader = TextId("picture.tiff_in_header", "lies in the file's header");
constexpr auto onAnother = TextId("picture.tiff_on_another", "lies on the bytes of another");

UserText broken(const Place& place, std::size_t count, const TextIdFor<>& why)
{
    return {TextId("picture.tiff_strip", "broken or truncated tiff data: strip or tile %1 of %2 %3"), place.number + 1,
            count, UserText{why}};
}

UserText overlap(std::vector<Place> all, std::span<const std::byte> bytes)
{
    std::ranges::sort(all, [](const Place& a, const Place& b) { return a.offset < b.offset; });
    for (std::size_t i = 1; i < all.size(); ++i) {
        const Place &a = all[i - 1], &b = all[i];
        const bool shared =
            a.offset == b.offset && a.length == b.length && isBlank(bytes.subspan(a.offset, a.length), a.needed);
        if (a.end() > b.offset && !shared)
            return broken(b, all.size(), onAnother);
    }
    return {};
}

UserText wrongPlaces(TIFF* file, std::span<const std::byte> bytes)
{
    const bool plain = field(file, TIFFTAG_COMPRESSION) == COMPRESSION_NONE;
    const std::uint64_t directory = TIFFCurrentDirOffset(file);
    std::vector<Place> all = places(file);
    constexpr std::uint64_t header = 8;
    for (Place& each : all) {
        if (each.length == 0 || each.offset == 0)
            return broken(each, all.size(), noBytes);
        if (plain && each.length < each.needed)
            return broken(each, all.size(), tooFew);
        if (plain) // some writers count more than there is
            each.length = each.needed;
        if (each.offset > bytes.size() || each.length > bytes.size() - each.offset)
            return broken(each, all.size(), outside);
        if (each.offset < header || (each.offset <= directory && directory < each.end()))
            return broken(each, all.size(), inHeader);
    }
    return overlap(std::move(all), bytes);
}

// A map that is grey but for a run of entries in which some colours are zero and others not.
UserText wrongColours(TIFF* file)
{
    std::array<std::uint16_t*, 3> map{};
    if (field(file, TIFFTAG_PHOTOMETRIC) != PHOTOMETRIC_PALETTE || field(file, TIFFTAG_BITSPERSAMPLE) > 16 ||
        TIFFGetField(file, TIFFTAG_COLORMAP, &map[0], &map[1], &map[2]) == 0)
        return {};
    const std::size_t count = std::size_t{1} << field(file, TIFFTAG_BITSPERSAMPLE);
    constexpr std::size_t shortest = 8;
    std::size_t coloured = 0, run = 0, lost = 0, black = 0;
    for (std::size_t i = 0; i < count; ++i) {
        const std::array<std::uint16_t, 3> colour{map[0][i], map[1][i], map[2][i]};
        const bool grey = colour[0] == colour[1] && colour[1] == colour[2];
        const bool zero = !grey && std::ranges::count(colour, 0) > 0;
        run = zero ? run + 1 : 0;
        lost += run == shortest ? shortest : run > shortest ? 1 : 0;
        coloured += grey ? 0 : 1;
        black += grey && colour[0] == 0 ? 1 : 0;
    }
    if (black == count || (lost > 0 && coloured == lost && count - black > 2 * coloured))
        return {
            TextId("picture.tiff_colour_map", "broken tiff data: a part of the colour map holds nothing but zeros")};
    return {};
}

} // namespace

UserText wrongLayout(TIFF* file, std::span<const std::byte> bytes)
{
    const auto compression = field(file, TIFFTAG_COMPRESSION);
    if (TIFFIsCODECConfigured(compression) == 0)
        return {TextId("picture.tiff_compression", "TIFF compression %1 is not read"), compression};
    const UserText wrong = wrongPlaces(file, bytes);
    return wrong.empty() ? wrongColours(file) : wrong;
}

StrileCheck::StrileCheck(TIFF* file)
    : m_compression(field(file, TIFFTAG_COMPRESSION)),
      m_rowBytes(static_cast<std::size_t>(TIFFIsTiled(file) != 0 ? TIFFTileRowSize(file) : TIFFScanlineSize(file)))
{}

bool StrileCheck::isSound(std::span<const std::byte> strile, std::size_t decoded)
{
    switch (m_compression) {
    case COMPRESSION_ADOBE_DEFLATE:
    case COMPRESSION_DEFLATE: return isWholeDeflate(strile, decoded);
    case COMPRESSION_PACKBITS: m_zeros.add(strile, m_rowBytes); return isWholePackBits(strile, decoded);
    case COMPRESSION_LZW: return !hasHole(strile, 16);
    case COMPRESSION_ZSTD:
    case COMPRESSION_LZMA: return !hasHole(strile, 64);
    default: return true;
    }
}

} // namespace mama

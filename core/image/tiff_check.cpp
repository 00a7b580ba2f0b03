#include "core/image/tiff_check.h"

#include "core/image/raster_header.h"

#include <algorithm>
#include <array>
#include <cstdio>
#include <cstring>
#include <memory>
#include <tiffio.h>
#include <vector>
#include <zlib.h>

namespace mama {
namespace {

// libtiff's view of the file, and whether it complained.
struct Input
{
    std::span<const std::byte> bytes;
    toff_t at = 0;
    bool complained = false;
};

Input& of(thandle_t handle) { return *static_cast<Input*>(handle); }

tmsize_t readBytes(thandle_t handle, void* to, tmsize_t count)
{
    Input& input = of(handle);
    const std::size_t left = input.at < input.bytes.size() ? input.bytes.size() - input.at : 0,
                      size = std::min(left, static_cast<std::size_t>(std::max<tmsize_t>(count, 0)));
    std::memcpy(to, input.bytes.data() + (left > 0 ? input.at : 0), size);
    input.at += size;
    return static_cast<tmsize_t>(size);
}
tmsize_t writeNothing(thandle_t, void*, tmsize_t) { return 0; }
toff_t seek(thandle_t handle, toff_t to, int from)
{
    Input& input = of(handle);
    input.at = from == SEEK_SET ? to : (from == SEEK_CUR ? input.at : input.bytes.size()) + to;
    return input.at;
}
int close(thandle_t) { return 0; }
toff_t sizeOf(thandle_t handle) { return of(handle).bytes.size(); }
int map(thandle_t handle, void** base, toff_t* size)
{
    *base = const_cast<std::byte*>(of(handle).bytes.data()); // only read
    *size = of(handle).bytes.size();
    return 1;
}
void unmap(thandle_t, void*, toff_t) {}
int complain(TIFF*, void* input, const char*, const char*, va_list)
{
    static_cast<Input*>(input)->complained = true;
    return 1;
}

std::unique_ptr<TIFF, decltype(&TIFFClose)> open(Input& input)
{
    const std::unique_ptr<TIFFOpenOptions, decltype(&TIFFOpenOptionsFree)> options(TIFFOpenOptionsAlloc(),
                                                                                   TIFFOpenOptionsFree);
    TIFFOpenOptionsSetErrorHandlerExtR(options.get(), complain, &input);
    TIFFOpenOptionsSetWarningHandlerExtR(options.get(), complain, &input);
    return {TIFFClientOpenExt("picture", "r", &input, readBytes, writeNothing, seek, close, sizeOf, map, unmap,
                              options.get()),
            TIFFClose};
}

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
// match's length.
bool hasHole(std::span<const std::byte> raw, std::size_t least)
{
    std::size_t run = 0;
    for (const std::byte each : raw) {
        if (each != std::byte{0} && run >= least)
            return true;
        run = each == std::byte{0} ? run + 1 : 0;
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

bool agreesWithItsLength(std::span<const std::byte> strile, std::size_t made, std::uint16_t compression)
{
    switch (compression) {
    case COMPRESSION_ADOBE_DEFLATE:
    case COMPRESSION_DEFLATE: return isWholeDeflate(strile, made);
    case COMPRESSION_PACKBITS: return isWholePackBits(strile, made);
    case COMPRESSION_LZW: return !hasHole(strile, 16);
    case COMPRESSION_ZSTD:
    case COMPRESSION_LZMA: return !hasHole(strile, 64);
    default: return true;
    }
}

// Every strip or tile, decoded as its compression says.
bool isWhole(TIFF* tiff, Input& input, std::uint16_t compression)
{
    const bool tiled = TIFFIsTiled(tiff) != 0;
    const std::uint32_t count = tiled ? TIFFNumberOfTiles(tiff) : TIFFNumberOfStrips(tiff);
    const tmsize_t size = tiled ? TIFFTileSize(tiff) : TIFFStripSize(tiff);
    constexpr tmsize_t most = tmsize_t{1} << 31;
    if (size <= 0 || size > most)
        return false;
    std::vector<std::byte> decoded(static_cast<std::size_t>(size)), raw;
    for (std::uint32_t i = 0; i < count; ++i) {
        input.complained = false;
        const tmsize_t made = tiled ? TIFFReadEncodedTile(tiff, i, decoded.data(), size)
                                    : TIFFReadEncodedStrip(tiff, i, decoded.data(), size);
        if (made < 0 || input.complained)
            return false;
        const std::uint64_t length = TIFFGetStrileByteCount(tiff, i), offset = TIFFGetStrileOffset(tiff, i);
        if (offset > input.bytes.size() || length > input.bytes.size() - offset)
            return false;
        if (!agreesWithItsLength(input.bytes.subspan(offset, length), static_cast<std::size_t>(made), compression))
            return false;
    }
    return true;
}

} // namespace

UserText damageOf(std::span<const std::byte> bytes, const TiffPage& page)
{
    const UserText broken = brokenData("tiff");
    Input input{bytes};
    const auto tiff = open(input);
    if (!tiff || TIFFSetSubDirectory(tiff.get(), page.directory) == 0)
        return broken;
    std::uint16_t compression = COMPRESSION_NONE;
    TIFFGetFieldDefaulted(tiff.get(), TIFFTAG_COMPRESSION, &compression);
    if (TIFFIsCODECConfigured(compression) == 0)
        return {TextId("picture.tiff_compression", "TIFF compression %1 is not read"), compression};
    return isWhole(tiff.get(), input, compression) ? UserText{} : broken;
}

} // namespace mama

#include "core/image/files/raster_header.h"

#include "core/image/files/jpeg_segments.h"
#include "core/image/files/pgm_picture.h"
#include "core/image/files/tiff_pages.h"

namespace mama {
namespace {

std::optional<RasterSize> checked(const ByteCursor& cursor, std::uint64_t rows, std::uint64_t columns,
                                  std::uint64_t bits)
{
    constexpr std::uint64_t largestSide = 1U << 30;
    if (!cursor.ok() || rows == 0 || columns == 0 || rows > largestSide || columns > largestSide || bits > 64)
        return std::nullopt;
    return RasterSize{static_cast<std::int64_t>(rows), static_cast<std::int64_t>(columns), static_cast<int>(bits)};
}

} // namespace

UserText brokenData(const std::string& format)
{
    return {TextId("picture.broken_or_truncated_data", "broken or truncated %1 data"), format};
}

std::optional<RasterSize> pngSize(std::span<const std::byte> bytes)
{
    ByteCursor in(bytes, false);
    const auto columns = in.number(16, 4), rows = in.number(20, 4), bits = in.number(24, 1);
    return checked(in, rows, columns, bits);
}

std::optional<RasterSize> jpegSize(std::span<const std::byte> bytes)
{
    ByteCursor in(bytes, false);
    for (auto segment = jpegSegment(in, 2); segment; segment = jpegSegment(in, segment->next())) {
        const auto [marker, at, length] = *segment;
        const bool frame =
            marker >= 0xFFC0 && marker <= 0xFFCF && marker != 0xFFC4 && marker != 0xFFC8 && marker != 0xFFCC;
        if (frame) {
            const auto bits = in.number(at + 4, 1), rows = in.number(at + 5, 2), columns = in.number(at + 7, 2);
            return checked(in, rows, columns, bits);
        }
    }
    return std::nullopt;
}

std::optional<RasterSize> tiffSize(std::span<const std::byte> bytes)
{
    bool whole = false;
    const auto pages = tiffPages(bytes, whole);
    if (pages.empty())
        return std::nullopt;
    return checked(ByteCursor(bytes, false), pages.front().rows, pages.front().columns, pages.front().bits);
}

std::optional<RasterSize> pgmSize(std::span<const std::byte> bytes)
{
    const auto header = pgmHeader(bytes);
    if (!header)
        return std::nullopt;
    return checked(ByteCursor(bytes, false), header->rows, header->columns, header->largest > 255 ? 16 : 8);
}

} // namespace mama

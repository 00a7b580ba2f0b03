#include "core/image/files/picture_notes.h"

#include "core/image/files/jpeg_segments.h"
#include "core/image/files/tiff_pages.h"

#include <cstring>
#include <string_view>

namespace mama {
namespace {

using namespace std::string_view_literals;

bool hasAt(std::span<const std::byte> bytes, std::size_t at, std::string_view text)
{
    return at <= bytes.size() && bytes.size() - at >= text.size() &&
           std::memcmp(bytes.data() + at, text.data(), text.size()) == 0;
}

// EXIF is a small TIFF: its first directory holds the orientation.
int exifOrientation(std::span<const std::byte> exif)
{
    bool whole = false;
    const auto pages = tiffPages(exif, whole);
    return pages.empty() ? 1 : pages.front().orientation;
}

PictureNotes jpegNotes(std::span<const std::byte> bytes)
{
    PictureNotes notes;
    ByteCursor in(bytes, false);
    for (auto segment = jpegSegment(in, 2); segment; segment = jpegSegment(in, segment->next())) {
        const auto [marker, at, length] = *segment;
        if (marker == 0xFFDA || marker == 0xFFD9 || !in.ok() || (!segment->alone() && length < 2) ||
            length > bytes.size() - at - 2)
            break;
        if (marker == 0xFFE1 && length >= 8 && hasAt(bytes, at + 4, "Exif\0\0"sv))
            notes.orientation = exifOrientation(bytes.subspan(at + 10, length - 8));
        if (marker == 0xFFE2 && hasAt(bytes, at + 4, "MPF\0"sv))
            notes.morePictures = true;
    }
    return notes;
}

PictureNotes pngNotes(std::span<const std::byte> bytes)
{
    PictureNotes notes;
    ByteCursor in(bytes, false);
    for (std::size_t at = 8; in.ok();) {
        const std::size_t length = in.number(at, 4);
        if (!in.ok() || bytes.size() - at < 12 || length > bytes.size() - at - 12)
            break;
        if (hasAt(bytes, at + 4, "eXIf"sv))
            notes.orientation = exifOrientation(bytes.subspan(at + 8, length));
        if (hasAt(bytes, at + 4, "acTL"sv))
            notes.morePictures = in.number(at + 8, 4) > 1;
        at += 12 + length;
    }
    return notes;
}

} // namespace

PictureNotes pictureNotes(std::span<const std::byte> bytes, const std::string& format)
{
    return format == "jpeg" ? jpegNotes(bytes) : format == "png" ? pngNotes(bytes) : PictureNotes{};
}

} // namespace mama

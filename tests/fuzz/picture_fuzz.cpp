// libFuzzer on pictures alone: markers, chunks and directories of PNG, JPEG, TIFF and PGM, every page, and a JPEG's
// components as a DICOM stream holds them. Errors are the expected end, anything else is a finding. Seeds:
// tests/fuzz/run.
#include "core/base/error.h"
#include "core/image/files/jpeg_picture.h"
#include "core/image/files/picture_notes.h"
#include "core/image/files/raster_file.h"
#include "core/image/files/raster_header.h"

#include <algorithm>
#include <cstdlib>

namespace {

// Larger pictures take their time in the codecs, not in our code.
constexpr std::int64_t mostPixels = 1 << 20;

void check(const mama::RasterFileInfo& info, const mama::StoredImage& image)
{
    if (image.rows != info.rows || image.columns != info.columns ||
        image.bytes.size() != image.samples() * mama::bytesPerSample(image.type))
        std::abort();
}

void readPages(std::span<const std::byte> bytes)
{
    const mama::RasterFileInfo info = mama::inspectRaster(bytes, "picture");
    if (info.format.empty() || info.rows > mostPixels / std::max<std::int64_t>(info.columns, 1))
        return;
    for (int frame = 0; frame < std::min(info.frames(), 3); ++frame)
        check(info, mama::readRaster(bytes, "picture", frame));
}

void readComponents(std::span<const std::byte> bytes)
{
    const auto size = mama::jpegSize(bytes);
    if (!size || size->rows > mostPixels / size->columns)
        return;
    mama::UserText why;
    if (!mama::decodeJpegComponents(bytes, why) && why.empty())
        std::abort(); // refused without a reason
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    const auto bytes = std::as_bytes(std::span(data, size));
    for (const char* format : {"jpeg", "png"})
        static_cast<void>(mama::pictureNotes(bytes, format));
    readComponents(bytes);
    try {
        readPages(bytes);
    } catch (const mama::Error&) {
        return 0;
    }
    return 0;
}

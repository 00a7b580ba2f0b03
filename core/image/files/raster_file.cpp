#include "core/image/files/raster_file.h"

#include "core/base/error.h"
#include "core/base/error_actions.h"
#include "core/image/files/jpeg_picture.h"
#include "core/image/files/pgm_picture.h"
#include "core/image/files/picture_notes.h"
#include "core/image/files/png_picture.h"
#include "core/image/files/raster_header.h"
#include "core/image/files/tiff_picture.h"
#include "core/image/zero_holes.h"

#include <cstring>
#include <limits>
#include <opencv2/core/utils/logger.hpp>
#include <opencv2/imgcodecs.hpp>
#include <opencv2/imgproc.hpp>
#include <utility>

namespace mama {
namespace {

bool beginsWith(std::span<const std::byte> bytes, std::string_view magic)
{
    return bytes.size() > magic.size() && std::memcmp(bytes.data(), magic.data(), magic.size()) == 0;
}

std::string formatOf(std::span<const std::byte> bytes)
{
    using namespace std::string_view_literals;
    if (beginsWith(bytes, "\x89PNG\r\n\x1a\n"sv))
        return "png";
    if (beginsWith(bytes, "\xFF\xD8\xFF"sv))
        return "jpeg";
    if (beginsWith(bytes, "II*\0"sv) || beginsWith(bytes, "MM\0*"sv))
        return "tiff";
    const bool pgm = beginsWith(bytes, "P5") || beginsWith(bytes, "P2");
    return pgm && " \t\r\n#"sv.find(std::to_integer<char>(bytes[2])) != std::string_view::npos ? "pgm" : "";
}

cv::Mat decodeColours(const cv::Mat& decoded, const std::filesystem::path& path)
{
    cv::Mat out;
    switch (decoded.channels()) {
    case 1: return decoded;
    case 3: cv::cvtColor(decoded, out, cv::COLOR_BGR2RGB); return out;
    case 4: cv::cvtColor(decoded, out, cv::COLOR_BGRA2RGB); return out;
    default:
        throw Error(
            ErrorCode::Unsupported, {action::decode}, path.string(),
            {TextId("picture.channels_expected_grey_or_rgb", "%1 channels; expected grey or RGB"), decoded.channels()});
    }
}

UserText noIntegers()
{
    return {TextId("picture.samples_neither_nor_bit_integers", "samples are neither 8- nor 16-bit integers")};
}

cv::Mat decodeTiff(std::span<const std::byte> bytes, const std::filesystem::path& path)
{
    static const auto silent = cv::utils::logging::setLogLevel(cv::utils::logging::LOG_LEVEL_SILENT);
    static_cast<void>(silent); // its words are the library's own
    cv::Mat decoded;
    try {
        const cv::Mat input(1, static_cast<int>(bytes.size()), CV_8U, const_cast<std::byte*>(bytes.data()));
        decoded = cv::imdecode(input, cv::IMREAD_UNCHANGED);
    } catch (const cv::Exception&) {
        decoded.release();
    }
    if (decoded.empty())
        throw Error(ErrorCode::Format, {action::decode}, path.string(), brokenData("tiff"));
    if (decoded.depth() != CV_8U && decoded.depth() != CV_16U)
        throw Error(ErrorCode::Unsupported, {action::decode}, path.string(), noIntegers());
    return decoded;
}

cv::Mat viewOf(StoredImage& image)
{
    const int depth = image.type == SampleType::U8 ? CV_8U : CV_16U;
    return cv::Mat(image.rows, image.columns, CV_MAKETYPE(depth, image.channels), image.bytes.data());
}

// Rows and columns as an orientation of EXIF (2.32, 4.6.4 A) says they are to be seen.
cv::Mat turned(const cv::Mat& stored, int orientation)
{
    if (orientation == 1)
        return stored;
    cv::Mat out = stored;
    if (orientation > 4)
        cv::transpose(stored, out);
    static constexpr int none = 2,
                         flips[] = {none, none, 1, -1, 0, none, 1, -1, 0}; // cv::flip: 0 upside down, 1 mirror
    if (const int how = flips[orientation]; how != none) {
        cv::Mat flipped;
        cv::flip(out, flipped, how);
        return flipped;
    }
    return out;
}

StoredImage storedFrom(const cv::Mat& pixels)
{
    StoredImage image;
    image.rows = pixels.rows;
    image.columns = pixels.cols;
    image.channels = pixels.channels();
    image.type = pixels.depth() == CV_8U ? SampleType::U8 : SampleType::U16;
    const std::size_t line = static_cast<std::size_t>(pixels.cols) * pixels.elemSize();
    image.bytes.resize(line * static_cast<std::size_t>(pixels.rows));
    for (int row = 0; row < pixels.rows; ++row)
        std::memcpy(image.bytes.data() + line * static_cast<std::size_t>(row), pixels.ptr(row), line);
    return image;
}

StoredImage readPage(std::span<const std::byte> bytes, const TiffPage& page, const std::filesystem::path& path,
                     UserText& doubt)
{
    if (page.bits > 16 || page.samples > 4) // nothing that the library would only complain of
        throw Error(ErrorCode::Unsupported, {action::decode}, path.string(), noIntegers());
    TiffPicture read = readTiff(bytes, page);
    if (!read.why.empty())
        throw Error(ErrorCode::Format, {action::decode}, path.string(), read.why);
    if (read.plain) {
        doubt = read.doubt;
        return page.orientation == 1 ? std::move(*read.plain)
                                     : storedFrom(turned(viewOf(*read.plain), page.orientation));
    }
    cv::Mat decoded = decodeColours(decodeTiff(withFirstPage(bytes, page), path), path);
    if (page.photometric == 0 && decoded.depth() == CV_16U) // OpenCV turns 8 bits itself
        cv::bitwise_not(decoded, decoded);
    return storedFrom(decoded); // and the orientation too
}

// As it is to be seen; the size was checked.
StoredImage decoded(std::span<const std::byte> bytes, const RasterFileInfo& info, const std::filesystem::path& path,
                    UserText& doubt)
{
    UserText why = brokenData(info.format);
    auto image = info.format == "jpeg"  ? decodeJpegPicture(bytes, why)
                 : info.format == "png" ? decodePngPicture(bytes)
                                        : decodePgmPicture(bytes);
    if (!image)
        throw Error(ErrorCode::Format, {action::decode}, path.string(), why);
    if (beginsWith(bytes, "P5"))
        doubt = zerosInTheMidst(
            {image->bytes, bytesPerSample(image->type), static_cast<std::size_t>(image->columns * image->channels)});
    return info.orientation == 1 ? std::move(*image) : storedFrom(turned(viewOf(*image), info.orientation));
}

// The pages that are frames: those like the first. Thumbnails and masks are none; what else there is, is said.
void findPages(std::span<const std::byte> bytes, RasterFileInfo& info)
{
    bool whole = false;
    const auto pages = tiffPages(bytes, whole);
    info.orientation = pages.front().orientation;
    std::size_t others = 0;
    for (std::size_t i = 0; i < pages.size(); ++i)
        if (i == 0 ||
            (!pages[i].reduced && pages[i].likeThat(pages[0]) && (pages[i].orientation > 4) == (info.orientation > 4)))
            info.pages.push_back(pages[i]);
        else if (!pages[i].reduced)
            ++others;
    if (others > 0)
        info.warnings.push_back(
            {TextId("picture.other_pages",
                    "%1 of %2 pages are of another size or kind than the first: they are not shown"),
             others, pages.size()});
    if (!whole)
        info.warnings.push_back(
            {TextId("picture.pages_cut", "the list of pages is broken after page %1: there may be more"),
             pages.size()});
}

void readNotes(std::span<const std::byte> bytes, RasterFileInfo& info)
{
    const PictureNotes notes = pictureNotes(bytes, info.format);
    info.orientation = notes.orientation;
    if (notes.morePictures)
        info.warnings.push_back(
            {TextId("picture.more_pictures", "the file holds more than one picture: the first is shown")});
}

} // namespace

RasterFileInfo inspectRaster(std::span<const std::byte> bytes, const std::filesystem::path& path)
{
    RasterFileInfo info;
    info.format = formatOf(bytes);
    if (info.format.empty())
        return info;
    const auto size = info.format == "png"    ? pngSize(bytes)
                      : info.format == "jpeg" ? jpegSize(bytes)
                      : info.format == "tiff" ? tiffSize(bytes)
                                              : pgmSize(bytes);
    if (!size)
        throw Error(ErrorCode::Format, {action::decode}, path.string(),
                    {TextId("picture.broken_or_truncated_header", "broken or truncated %1 header"), info.format});
    info.rows = size->rows;
    info.columns = size->columns;
    info.bits = size->bits;
    if (info.format == "tiff")
        findPages(bytes, info);
    else
        readNotes(bytes, info);
    if (info.orientation > 4)
        std::swap(info.rows, info.columns);
    return info;
}

StoredImage readRaster(std::span<const std::byte> bytes, const std::filesystem::path& path, int frame, UserText* doubt)
{
    const RasterFileInfo info = inspectRaster(bytes, path);
    if (info.format.empty())
        throw Error(ErrorCode::Format, {action::decode}, path.string(),
                    {TextId("picture.neither_png_jpeg_tiff_nor", "neither PNG, JPEG, TIFF nor PGM")});
    if (frame < 0 || frame >= info.frames())
        throw Error(ErrorCode::Usage, {action::decode}, path.string(),
                    {TextId("picture.no_such_frame", "frame %1 was asked for, the picture has %2 (counted from 0)"),
                     frame, info.frames()});
    const auto pixels = static_cast<std::uint64_t>(info.rows) * static_cast<std::uint64_t>(info.columns);
    if (pixels > largestRaster / (info.bits > 8 ? 6 : 3) || bytes.size() > std::numeric_limits<int>::max())
        throw Error(ErrorCode::Memory, {action::decode}, path.string(),
                    {TextId("picture.x_pixels_over_limit_mib", "%1 x %2 pixels are over the limit of %3 MiB"),
                     info.rows, info.columns, largestRaster >> 20});
    UserText doubts;
    StoredImage image = info.format == "tiff"
                            ? readPage(bytes, info.pages[static_cast<std::size_t>(frame)], path, doubts)
                            : decoded(bytes, info, path, doubts);
    if (doubt)
        *doubt = std::move(doubts);
    if (image.rows != info.rows || image.columns != info.columns)
        throw Error(
            ErrorCode::Format, {action::decode}, path.string(),
            {TextId("picture.decoded_size_differs", "broken %1 header: it can be read as %2 x %3 and as %4 x %5"),
             info.format, info.rows, info.columns, image.rows, image.columns});
    return image;
}

std::vector<std::byte> encodePng(const Raster<std::uint8_t>& image)
{
    const cv::Mat view(image.rows, image.columns, CV_8UC1, const_cast<std::uint8_t*>(image.values.data())); // only read
    std::vector<uchar> bytes;
    if (!cv::imencode(".png", view, bytes, {cv::IMWRITE_PNG_COMPRESSION, 1}))
        throw Error(ErrorCode::Internal, {action::encodePicture},
                    std::to_string(image.rows) + " x " + std::to_string(image.columns),
                    {TextId("picture.encoder_refused", "the encoder refused it")});
    const auto* first = reinterpret_cast<const std::byte*>(bytes.data());
    return {first, first + bytes.size()};
}

} // namespace mama

#include "core/image/raster_file.h"

#include "core/base/error.h"
#include "core/base/error_actions.h"
#include "core/image/raster_header.h"

#include <cstring>
#include <limits>
#include <opencv2/imgcodecs.hpp>
#include <opencv2/imgproc.hpp>

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

// Decoders fill the missing part of a cut-off JPEG with grey and say nothing: the end marker must be there.
bool isCutOff(std::span<const std::byte> bytes, const std::string& format)
{
    const std::string_view text(reinterpret_cast<const char*>(bytes.data()), bytes.size());
    return format == "jpeg" && text.rfind("\xFF\xD9") == std::string_view::npos;
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
    return info;
}

StoredImage readRaster(std::span<const std::byte> bytes, const std::filesystem::path& path)
{
    const RasterFileInfo info = inspectRaster(bytes, path);
    if (info.format.empty())
        throw Error(ErrorCode::Format, {action::decode}, path.string(),
                    {TextId("picture.neither_png_jpeg_tiff_nor", "neither PNG, JPEG, TIFF nor PGM")});
    const auto pixels = static_cast<std::uint64_t>(info.rows) * static_cast<std::uint64_t>(info.columns);
    if (pixels > largestRaster / (info.bits > 8 ? 6 : 3) || bytes.size() > std::numeric_limits<int>::max())
        throw Error(ErrorCode::Memory, {action::decode}, path.string(),
                    {TextId("picture.x_pixels_over_limit_mib", "%1 x %2 pixels are over the limit of %3 MiB"),
                     info.rows, info.columns, largestRaster >> 20});
    if (isCutOff(bytes, info.format))
        throw Error(ErrorCode::Format, {action::decode}, path.string(),
                    {TextId("picture.truncated_end_marker_jpeg_stream",
                            "truncated: end marker of the JPEG stream is missing")});
    cv::Mat decoded;
    try {
        const cv::Mat input(1, static_cast<int>(bytes.size()), CV_8U, const_cast<std::byte*>(bytes.data()));
        decoded = cv::imdecode(input, cv::IMREAD_UNCHANGED);
    } catch (const cv::Exception& error) {
        throw Error(ErrorCode::Format, {action::decode}, path.string(), error.err);
    }
    if (decoded.empty())
        throw Error(ErrorCode::Format, {action::decode}, path.string(),
                    {TextId("picture.broken_or_truncated_data", "broken or truncated %1 data"), info.format});
    if (decoded.depth() != CV_8U && decoded.depth() != CV_16U)
        throw Error(ErrorCode::Unsupported, {action::decode}, path.string(),
                    {TextId("picture.samples_neither_nor_bit_integers", "samples are neither 8- nor 16-bit integers")});

    const cv::Mat pixelsOut = decodeColours(decoded, path);
    StoredImage image;
    image.rows = pixelsOut.rows;
    image.columns = pixelsOut.cols;
    image.channels = pixelsOut.channels();
    image.type = pixelsOut.depth() == CV_8U ? SampleType::U8 : SampleType::U16;
    const std::size_t line = static_cast<std::size_t>(pixelsOut.cols) * pixelsOut.elemSize();
    image.bytes.resize(line * static_cast<std::size_t>(pixelsOut.rows));
    for (int row = 0; row < pixelsOut.rows; ++row)
        std::memcpy(image.bytes.data() + line * static_cast<std::size_t>(row), pixelsOut.ptr(row), line);
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

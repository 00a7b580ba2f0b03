// The reference's picture preprocessing at test time, step by step with the same library functions.
#include "core/base/error.h"
#include "core/base/error_actions.h"
#include "core/image/grey_jpeg.h"
#include "core/image/pillow_resize.h"
#include "core/image/prepare_steps.h"
#include "core/image/resize.h"

#include <algorithm>
#include <opencv2/imgcodecs.hpp>
#include <opencv2/imgproc.hpp>

namespace mama::PrepareSteps {
namespace {

cv::Mat matrix(const Raster<std::uint8_t>& raster)
{
    return {raster.rows, raster.columns, CV_8U, const_cast<std::uint8_t*>(raster.values.data())};
}

Raster<std::uint8_t> raster(const cv::Mat& matrix)
{
    Raster<std::uint8_t> out(matrix.rows, matrix.cols);
    matrix.copyTo(cv::Mat(out.rows, out.columns, CV_8U, out.values.data()));
    return out;
}

// The samples as OpenCV sees them; 32-bit ones widened to double, which holds them exactly.
cv::Mat samples(const StoredImage& grey)
{
    auto* bytes = const_cast<std::byte*>(grey.bytes.data());
    switch (grey.type) {
    case SampleType::U8: return {grey.rows, grey.columns, CV_8U, bytes};
    case SampleType::S8: return {grey.rows, grey.columns, CV_8S, bytes};
    case SampleType::U16: return {grey.rows, grey.columns, CV_16U, bytes};
    case SampleType::S16: return {grey.rows, grey.columns, CV_16S, bytes};
    case SampleType::S32:
    case SampleType::U32: break;
    }
    cv::Mat wide(grey.rows, grey.columns, CV_64F);
    const auto* values = reinterpret_cast<const std::uint32_t*>(bytes);
    const bool isSigned = grey.type == SampleType::S32;
    std::transform(values, values + grey.samples(), wide.ptr<double>(), [isSigned](std::uint32_t v) {
        return isSigned ? static_cast<std::int32_t>(v) : static_cast<double>(v);
    });
    return wide;
}

// |value * 255 / maximum|, rounded half to even and saturated; MONOCHROME1 inverted after that, bitwise.
Raster<std::uint8_t> eightBit(const StoredImage& grey, bool scale, bool inverted)
{
    const cv::Mat values = samples(grey);
    double maximum = 0;
    cv::minMaxLoc(values, nullptr, &maximum);
    cv::Mat bytes;
    if (scale)
        cv::convertScaleAbs(values, bytes, maximum != 0 ? 255.0 / maximum : 1.0);
    else
        values.convertTo(bytes, CV_8U);
    if (inverted)
        cv::bitwise_not(bytes, bytes);
    return raster(bytes);
}

Raster<std::uint8_t> throughJpeg(const Raster<std::uint8_t>& picture, int quality)
{
    std::vector<std::byte> file = greyJpeg(picture, quality);
    const cv::Mat bytes(1, static_cast<int>(file.size()), CV_8UC1, file.data());
    const cv::Mat read = cv::imdecode(bytes, cv::IMREAD_GRAYSCALE);
    if (read.rows != picture.rows || read.cols != picture.columns)
        throw Error(ErrorCode::Internal, {action::prepareImage}, "JPEG step",
                    {TextId("prepare.opencv_could_not_read_picture", "OpenCV could not read the picture back")});
    return raster(read);
}

// Box of every pixel above Otsu's threshold, labels included; width 0 when there is none.
cv::Rect brightBox(const Raster<std::uint8_t>& square, int& threshold)
{
    cv::Mat bright;
    threshold = static_cast<int>(cv::threshold(matrix(square), bright, 0, 255, cv::THRESH_BINARY | cv::THRESH_OTSU));
    return cv::boundingRect(bright);
}

} // namespace

void reference(const StoredImage& grey, bool inverted, const Sizes& sizes, PreparedImage& prepared,
               PreparedImage::Stages* stages)
{
    const Profile& profile = prepared.profile;
    PreparedImage::Stages own;
    PreparedImage::Stages& at = stages ? *stages : own;
    at.eightBit = eightBit(grey, profile.scaleToMaximum, inverted);
    at.firstResize = profile.firstLongSide > 0 ? areaToLongSide(at.eightBit, profile.firstLongSide) : at.eightBit;
    const Raster<std::uint8_t> small = areaToLongSide(
        profile.jpeg ? throughJpeg(at.firstResize, profile.jpegQuality) : at.firstResize, profile.squareSide);

    Geometry::Chain chain;
    chain.storedColumns = grey.columns;
    chain.storedRows = grey.rows;
    chain.resizedColumns = small.columns;
    chain.resizedRows = small.rows;
    chain.padLeft = (profile.squareSide - small.columns) / 2;
    chain.padTop = (profile.squareSide - small.rows) / 2;
    at.square = Raster<std::uint8_t>(profile.squareSide, profile.squareSide);
    for (int r = 0; r < small.rows; ++r)
        std::copy_n(&small.at(r, 0), small.columns, &at.square.at(r + chain.padTop, chain.padLeft));

    const cv::Rect box = brightBox(at.square, prepared.otsuThreshold);
    prepared.cropped = box.width > 0;
    if (!prepared.cropped)
        prepared.otsuThreshold = -1;
    chain.crop = prepared.cropped ? Box{box.x, box.y, box.x + box.width - 1, box.y + box.height - 1}
                                  : Box{0, 0, profile.squareSide - 1, profile.squareSide - 1};
    chain.inputColumns = sizes.input.columns;
    chain.inputRows = sizes.input.rows;
    chain.inputSize = sizes.input;
    chain.patch = sizes.patch;
    prepared.geometry = Geometry(chain);
    takeGrey(pillowResize(cutOut(at.square, chain.crop), sizes.input.rows, sizes.input.columns, PillowFilter::Bilinear),
             prepared);
}

} // namespace mama::PrepareSteps

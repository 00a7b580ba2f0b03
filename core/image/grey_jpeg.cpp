#include "core/image/grey_jpeg.h"

#include "core/base/error.h"
#include "core/base/error_actions.h"

#include <cstring>
#include <opencv2/imgcodecs.hpp>

namespace mama {

std::vector<std::byte> greyJpeg(const Raster<std::uint8_t>& picture, int quality)
{
    const cv::Mat matrix(picture.rows, picture.columns, CV_8UC1, const_cast<std::uint8_t*>(picture.values.data()));
    std::vector<std::uint8_t> file;
    if (!cv::imencode(".jpg", matrix, file, {cv::IMWRITE_JPEG_QUALITY, quality}))
        throw Error(ErrorCode::Internal, {action::prepareImage}, "JPEG",
                    {TextId("prepare.opencv_could_not_write_picture", "OpenCV could not write the picture")});
    std::vector<std::byte> bytes(file.size());
    std::memcpy(bytes.data(), file.data(), file.size());
    return bytes;
}

} // namespace mama

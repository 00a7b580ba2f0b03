#include "core/image/resize.h"

#include <algorithm>
#include <opencv2/imgproc.hpp>

namespace mama {
namespace {

template <class T>
cv::Mat matrix(const Raster<T>& raster)
{
    return {raster.rows, raster.columns, cv::DataType<T>::type, const_cast<T*>(raster.values.data())};
}

} // namespace

Raster<std::uint8_t> areaToLongSide(const Raster<std::uint8_t>& picture, int longSide)
{
    const bool tall = picture.rows >= picture.columns;
    const auto longer = static_cast<std::int64_t>(tall ? picture.rows : picture.columns);
    const auto shorter = static_cast<std::int64_t>(tall ? picture.columns : picture.rows);
    const int other = std::max(1, static_cast<int>(shorter * longSide / longer));
    Raster<std::uint8_t> out(tall ? longSide : other, tall ? other : longSide);
    cv::Mat target = matrix(out);
    cv::resize(matrix(picture), target, target.size(), 0, 0, cv::INTER_AREA);
    return out;
}

Raster<std::uint8_t> quickResize(const Raster<std::uint8_t>& picture, int rows, int columns)
{
    cv::Mat from = matrix(picture);
    while (from.rows >= 2 * rows && from.cols >= 2 * columns) {
        cv::Mat half;
        const cv::Mat even = from(cv::Rect(0, 0, from.cols / 2 * 2, from.rows / 2 * 2));
        cv::resize(even, half, {from.cols / 2, from.rows / 2}, 0, 0, cv::INTER_AREA);
        from = half;
    }
    Raster<std::uint8_t> out(rows, columns);
    cv::Mat target = matrix(out);
    cv::resize(from, target, target.size(), 0, 0, cv::INTER_LINEAR);
    return out;
}

Raster<float> antialiased(const Raster<float>& picture, int rows, int columns)
{
    // First what shrinks, then what grows; either step may have nothing to do.
    Raster<float> small(std::min(rows, picture.rows), std::min(columns, picture.columns));
    cv::Mat smallMatrix = matrix(small);
    cv::resize(matrix(picture), smallMatrix, smallMatrix.size(), 0, 0, cv::INTER_AREA);
    if (small.rows == rows && small.columns == columns)
        return small;
    Raster<float> out(rows, columns);
    cv::Mat target = matrix(out);
    cv::resize(smallMatrix, target, target.size(), 0, 0, cv::INTER_LINEAR);
    return out;
}

} // namespace mama

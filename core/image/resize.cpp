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

// By how much each pixel along a side counts for each of `to`, 1 together: pixel first + i of the i-th weight.
struct AreaWeights
{
    std::size_t first = 0;
    std::vector<double> weights;
};

std::vector<AreaWeights> areaWeights(int pixels, double extent, int to)
{
    std::vector<AreaWeights> out(static_cast<std::size_t>(to));
    for (int i = 0; i < to; ++i) {
        const double low = i * extent / to, high = (i + 1) * extent / to;
        AreaWeights& each = out[static_cast<std::size_t>(i)];
        each.first = static_cast<std::size_t>(low);
        for (int at = static_cast<int>(low); at < pixels && at < high; ++at)
            each.weights.push_back((std::min(high, at + 1.0) - std::max<double>(low, at)) / (high - low));
    }
    return out;
}

} // namespace

Raster<std::uint8_t> areaMeans(const Raster<std::uint8_t>& picture, const CutSize& size, int rows, int columns)
{
    Raster<double> across(picture.rows, columns);
    const auto right = areaWeights(picture.columns, size.wide, columns),
               down = areaWeights(picture.rows, size.high, rows);
    for (int row = 0; row < picture.rows; ++row)
        for (int column = 0; column < columns; ++column) {
            const AreaWeights& of = right[static_cast<std::size_t>(column)];
            for (std::size_t i = 0; i < of.weights.size(); ++i)
                across.at(row, column) += of.weights[i] * picture.at(row, static_cast<int>(of.first + i));
        }
    Raster<std::uint8_t> out(rows, columns);
    for (int row = 0; row < rows; ++row)
        for (int column = 0; column < columns; ++column) {
            const AreaWeights& of = down[static_cast<std::size_t>(row)];
            double sum = 0.5; // rounds
            for (std::size_t i = 0; i < of.weights.size(); ++i)
                sum += of.weights[i] * across.at(static_cast<int>(of.first + i), column);
            out.at(row, column) = static_cast<std::uint8_t>(std::min(sum, 255.0));
        }
    return out;
}

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

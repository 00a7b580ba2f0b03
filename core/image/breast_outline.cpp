#include "core/image/breast_outline.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <opencv2/imgproc.hpp>

namespace mama {
namespace {

constexpr int ReducedSide = 512;

cv::Mat toBytes(const Raster<float>& grey)
{
    cv::Mat bytes;
    cv::Mat(grey.rows, grey.columns, CV_32F, const_cast<float*>(grey.values.data())).convertTo(bytes, CV_8U, 255.0);
    return bytes;
}

// The largest 8-connected component of a 0/255 picture, and its box; empty box (width 0) if there is none.
struct Component
{
    cv::Mat mask; // 0/255
    cv::Rect box;
};

Component largestComponent(const cv::Mat& binary)
{
    cv::Mat labels, facts, centres;
    const int count = cv::connectedComponentsWithStats(binary, labels, facts, centres, 8);
    int best = 0;
    for (int i = 1; i < count; ++i)
        if (best == 0 || facts.at<int>(i, cv::CC_STAT_AREA) > facts.at<int>(best, cv::CC_STAT_AREA))
            best = i;
    if (best == 0)
        return {};
    const int* f = facts.ptr<int>(best);
    return {labels == best, {f[cv::CC_STAT_LEFT], f[cv::CC_STAT_TOP], f[cv::CC_STAT_WIDTH], f[cv::CC_STAT_HEIGHT]}};
}

std::array<double, 256> smoothHistogram(const cv::Mat& bytes)
{
    std::array<int, 256> counts{};
    std::array<double, 256> smooth{};
    for (int r = 0; r < bytes.rows; ++r)
        for (const std::uint8_t* at = bytes.ptr(r); at != bytes.ptr(r) + bytes.cols; ++at)
            ++counts[*at];
    for (int i = 0; i < 256; ++i)
        for (int k = std::max(0, i - 2); k <= std::min(255, i + 2); ++k)
            smooth[static_cast<std::size_t>(i)] += counts[static_cast<std::size_t>(k)];
    return smooth;
}

// Air is the highest peak below Otsu's threshold. Fat is darker than that threshold in a dense breast, so the outline
// is cut just above the air.
int airThreshold(const cv::Mat& bytes, int otsu)
{
    const std::array<double, 256> smooth = smoothHistogram(bytes);
    const auto at = [&](int i) { return smooth[static_cast<std::size_t>(i)]; };
    const int peak = static_cast<int>(std::max_element(smooth.begin(), smooth.begin() + std::clamp(otsu, 0, 255) + 1) -
                                      smooth.begin());
    int end = peak;
    while (end < otsu && at(end) > 0.1 * at(peak))
        ++end;
    return std::clamp(std::max(peak + 3, end + (end - peak) / 4), 0, std::max(0, otsu));
}

// The breast with its fatty rim: above the air, labels cut off, holes filled.
cv::Mat outline(const cv::Mat& bytes, int otsu, const Component& bright)
{
    cv::Mat binary = bytes > airThreshold(bytes, otsu);
    cv::morphologyEx(binary, binary, cv::MORPH_OPEN, cv::getStructuringElement(cv::MORPH_ELLIPSE, {5, 5}));
    const Component breast = largestComponent(binary);
    cv::Mat mask = breast.mask.empty() ? bright.mask : cv::Mat(breast.mask | bright.mask);
    std::vector<std::vector<cv::Point>> borders;
    cv::findContours(mask, borders, cv::RETR_EXTERNAL, cv::CHAIN_APPROX_NONE);
    cv::Mat filled = cv::Mat::zeros(mask.size(), CV_8U);
    cv::drawContours(filled, borders, -1, cv::Scalar(1), cv::FILLED);
    return filled;
}

int breastCells(const BreastOutline& found, int firstColumn, int lastColumn)
{
    int cells = 0;
    for (int r = 0; r < found.mask.rows; ++r)
        for (int c = firstColumn; c <= lastColumn; ++c)
            cells += found.mask.at(r, c);
    return cells;
}

void findChestWall(BreastOutline& found, int columns)
{
    const int width = found.mask.columns, strip = std::max(1, static_cast<int>(std::lround(0.03 * width)));
    const int left = breastCells(found, 0, strip - 1), right = breastCells(found, width - strip, width - 1);
    const int more = std::max(left, right), least = strip * found.mask.rows / 20;
    if (more <= least || std::abs(left - right) * 5 < more)
        return;
    found.chestWall = left > right ? ImageEdge::Left : ImageEdge::Right;
    // A border without exposure may lie outside the chest wall: the first column that holds a quarter of what the
    // fullest column nearby holds.
    const int step = left > right ? 1 : -1, start = left > right ? 0 : width - 1;
    int fullest = 0;
    for (int i = 0; i < std::max(strip, width / 4); ++i)
        fullest = std::max(fullest, breastCells(found, start + i * step, start + i * step));
    int cell = start;
    while (breastCells(found, cell, cell) * 4 < fullest)
        cell += step;
    found.chestWallColumn = step > 0 ? cell * found.factor : std::min(columns, (cell + 1) * found.factor) - 1;
}

} // namespace

Raster<std::uint8_t> BreastOutline::maskByEight(int rows, int columns) const
{
    Raster<std::uint8_t> out((rows + 7) / 8, (columns + 7) / 8);
    for (int r = 0; r < out.rows; ++r)
        for (int c = 0; c < out.columns; ++c)
            out.at(r, c) = mask.at(std::min(rows - 1, 8 * r + 4) / factor, std::min(columns - 1, 8 * c + 4) / factor);
    return out;
}

int outlineFactor(int rows, int columns)
{
    return std::max(1, (std::max(rows, columns) + ReducedSide - 1) / ReducedSide);
}

BreastOutline findBreast(const NormalisedGrey& grey)
{
    return findBreast(grey.reduced(outlineFactor(grey.rows(), grey.columns())), grey.rows(), grey.columns());
}

BreastOutline findBreast(const Raster<float>& means, int rows, int columns, Raster<std::uint8_t>* reduced)
{
    BreastOutline found;
    found.factor = outlineFactor(rows, columns);
    found.bright = {0, 0, columns - 1, rows - 1};
    const cv::Mat bytes = toBytes(means);
    found.mask = Raster<std::uint8_t>(bytes.rows, bytes.cols, 1);
    if (reduced) {
        *reduced = Raster<std::uint8_t>(bytes.rows, bytes.cols);
        std::copy_n(bytes.data, bytes.total(), reduced->values.data());
    }
    cv::Mat binary;
    const int threshold = static_cast<int>(cv::threshold(bytes, binary, 0, 255, cv::THRESH_BINARY | cv::THRESH_OTSU));
    const Component bright = largestComponent(binary);
    if (bright.mask.empty())
        return found;
    found.otsuThreshold = threshold;
    const cv::Mat mask = outline(bytes, threshold, bright);
    // Tissue above the threshold lies in many pieces, the pectoral muscle often being the largest: what counts as one
    // component is the breast, so labels outside it do not widen the box and pieces inside do.
    const cv::Rect b = cv::boundingRect(cv::Mat(binary & (mask * 255)));
    found.bright = {b.x * found.factor, b.y * found.factor, std::min(columns, (b.x + b.width) * found.factor) - 1,
                    std::min(rows, (b.y + b.height) * found.factor) - 1};
    std::copy_n(mask.data, mask.total(), found.mask.values.data());
    found.area = cv::countNonZero(mask) / static_cast<double>(mask.total());
    findChestWall(found, columns);
    return found;
}

BreastOutline findBreast(const StoredImage& image, const GreyPipeline& pipeline)
{
    const StoredImage grey = toGrey(image);
    return findBreast(NormalisedGrey(grey, pipeline));
}

} // namespace mama

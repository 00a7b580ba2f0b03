#include "core/image/measure/burned_in_text.h"

#include <algorithm>
#include <cstring>
#include <map>
#include <opencv2/imgproc.hpp>
#include <optional>

namespace mama {
namespace {

constexpr int light = 128;            // of 255: signs are at least so bright, the ground is on average below half of it
constexpr int leastHeight = 7;        // pixels
constexpr std::size_t leastSigns = 5; // in one line
constexpr std::size_t mostSigns = 2000;
constexpr double sameInk = 0.4; // of a sign's pixels

struct Sign
{
    cv::Rect box;
    std::uint32_t ink = 0; // the stored bits that most of it is drawn in
};

// Pixels that are light and lie clear of the breast, and how many cells of the ground have some.
struct Beside
{
    cv::Mat light; // 0/255
    std::size_t cells = 0, lightCells = 0;
    double mean = 0;
};

cv::Mat nearBreast(const BreastOutline& breast)
{
    const cv::Mat mask(breast.mask.rows, breast.mask.columns, CV_8U,
                       const_cast<std::uint8_t*>(breast.mask.values.data()));
    cv::Mat wide;
    cv::dilate(mask, wide, cv::getStructuringElement(cv::MORPH_RECT, {7, 7}));
    return wide;
}

// The lightest value of each column in some rows.
std::vector<std::uint8_t> lightest(const Raster<std::uint8_t>& shown, int first, int last)
{
    std::vector<std::uint8_t> most(static_cast<std::size_t>(shown.columns));
    for (int row = first; row < last; ++row) {
        const std::uint8_t* values = &shown.at(row, 0);
        for (std::size_t column = 0; column < most.size(); ++column)
            most[column] = std::max(most[column], values[column]);
    }
    return most;
}

Beside lookBeside(const Raster<std::uint8_t>& shown, const BreastOutline& breast)
{
    const cv::Mat picture(shown.rows, shown.columns, CV_8U, const_cast<std::uint8_t*>(shown.values.data()));
    const cv::Mat near = nearBreast(breast);
    Beside out;
    double sum = 0;
    for (int row = 0; row < near.rows; ++row) {
        const int first = row * breast.factor, last = std::min(first + breast.factor, shown.rows);
        const std::vector<std::uint8_t> most = lightest(shown, first, last);
        for (int column = 0; column < near.cols; ++column) {
            if (near.at<std::uint8_t>(row, column) != 0)
                continue;
            const int left = column * breast.factor, right = std::min(left + breast.factor, shown.columns);
            ++out.cells;
            sum += shown.at((first + last) / 2, (left + right) / 2);
            if (*std::max_element(most.begin() + left, most.begin() + right) < light)
                continue;
            ++out.lightCells;
            if (out.light.empty())
                out.light = cv::Mat::zeros(picture.size(), CV_8U);
            const cv::Rect cell(left, first, right - left, last - first);
            cv::Mat(picture(cell) >= light).copyTo(out.light(cell));
        }
    }
    out.mean = out.cells > 0 ? sum / static_cast<double>(out.cells) : 255;
    return out;
}

std::uint32_t bitsAt(const StoredImage& image, int row, int column)
{
    const std::size_t bytes = bytesPerSample(image.type) * static_cast<std::size_t>(image.channels);
    const std::size_t at =
        static_cast<std::size_t>(row) * static_cast<std::size_t>(image.columns) + static_cast<std::size_t>(column);
    std::uint32_t bits = 0; // of three channels the first four bytes tell enough
    std::memcpy(&bits, image.bytes.data() + at * bytes, std::min<std::size_t>(bytes, sizeof bits));
    return bits;
}

// Empty: it is not drawn in one value.
std::optional<Sign> signIn(const StoredImage& image, const cv::Mat& labels, int label, const cv::Rect& box)
{
    std::map<std::uint32_t, int> values;
    int pixels = 0;
    for (int row = box.y; row < box.y + box.height; ++row)
        for (int column = box.x; column < box.x + box.width; ++column)
            if (labels.at<int>(row, column) == label) {
                ++values[bitsAt(image, row, column)];
                ++pixels;
            }
    const auto most = std::max_element(values.begin(), values.end(),
                                       [](const auto& a, const auto& b) { return a.second < b.second; });
    if (most == values.end() || most->second < sameInk * pixels)
        return std::nullopt;
    return Sign{box, most->first};
}

std::vector<Sign> signsIn(const StoredImage& image, const cv::Mat& binary)
{
    cv::Mat labels, facts, centres;
    const int count = cv::connectedComponentsWithStats(binary, labels, facts, centres, 8);
    std::vector<Sign> signs;
    for (int i = 1; i < count && signs.size() <= mostSigns; ++i) {
        const int* f = facts.ptr<int>(i);
        const cv::Rect box(f[cv::CC_STAT_LEFT], f[cv::CC_STAT_TOP], f[cv::CC_STAT_WIDTH], f[cv::CC_STAT_HEIGHT]);
        const int longer = std::max(box.width, box.height), shorter = std::min(box.width, box.height);
        const int most = std::max(leastHeight, std::max(binary.rows, binary.cols) / 15);
        const bool atEdge = box.x == 0 || box.y == 0 || box.br().x == binary.cols || box.br().y == binary.rows;
        const double filled = f[cv::CC_STAT_AREA] / static_cast<double>(box.area());
        if (atEdge || longer < leastHeight || longer > most || filled < 0.12 || (filled > 0.95 && 2 * shorter > longer))
            continue;
        if (const auto sign = signIn(image, labels, i, box))
            signs.push_back(*sign);
    }
    return signs;
}

// The longest row of signs from left to right of about one height at one level, in one ink, none far from the next.
std::size_t longestLine(std::vector<Sign> signs)
{
    std::sort(signs.begin(), signs.end(), [](const Sign& a, const Sign& b) { return a.box.x < b.box.x; });
    std::vector<std::size_t> length(signs.size(), 1);
    std::size_t longest = 0;
    for (std::size_t i = 0; i < signs.size(); ++i) {
        const cv::Rect& now = signs[i].box;
        for (std::size_t j = 0; j < i; ++j) {
            const cv::Rect& before = signs[j].box;
            const int taller = std::max(now.height, before.height), gap = now.x - before.br().x;
            const bool fits = signs[i].ink == signs[j].ink && now.height >= leastHeight &&
                              before.height >= leastHeight && std::min(now.height, before.height) * 3 >= taller * 2 &&
                              std::abs((2 * now.y + now.height) - (2 * before.y + before.height)) <= taller &&
                              gap >= 0 && gap * 2 <= taller * 3;
            if (fits)
                length[i] = std::max(length[i], length[j] + 1);
        }
        longest = std::max(longest, length[i]);
    }
    return longest;
}

} // namespace

bool hasBurnedInText(const StoredImage& image, const Raster<std::uint8_t>& shown, const BreastOutline& breast)
{
    if (!breast.found() || bytesPerSample(image.type) > 2)
        return false;
    const Beside beside = lookBeside(shown, breast);
    // A light ground, or light over large parts of it, is no writing.
    if (beside.lightCells == 0 || beside.mean > light / 2 || beside.lightCells * 10 > beside.cells)
        return false;
    std::vector<Sign> signs = signsIn(image, beside.light);
    if (signs.size() < leastSigns || signs.size() > mostSigns)
        return false;
    if (longestLine(signs) >= leastSigns)
        return true;
    for (Sign& sign : signs)
        sign.box = {sign.box.y, sign.box.x, sign.box.height, sign.box.width};
    return longestLine(std::move(signs)) >= leastSigns;
}

} // namespace mama

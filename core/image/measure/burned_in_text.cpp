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
    cv::Rect box;  // of the picture: around all of them, with one dark cell at either side where there is one
    cv::Mat light; // 0/255, of that box
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

bool isWriting(const PictureSurvey& picture, const cv::Mat& near, int row, int column)
{
    return near.at<std::uint8_t>(row, column) == 0 && picture.lightest().at(row, column) >= light;
}

cv::Rect pixelsOf(const PictureSurvey& picture, const cv::Rect& cells)
{
    const int factor = picture.breast().factor;
    const cv::Rect pixels(cells.x * factor, cells.y * factor, cells.width * factor, cells.height * factor);
    return pixels & cv::Rect(0, 0, picture.image().columns, picture.image().rows);
}

// Light pixels of all cells of the ground in the box.
cv::Mat lightIn(const PictureSurvey& picture, const cv::Mat& near, const cv::Rect& cells, const cv::Rect& box)
{
    cv::Mat out = cv::Mat::zeros(box.size(), CV_8U);
    for (int row = cells.y; row < cells.br().y; ++row)
        for (int column = cells.x; column < cells.br().x; ++column) {
            if (!isWriting(picture, near, row, column))
                continue;
            const cv::Rect pixels = pixelsOf(picture, {column, row, 1, 1});
            for (int y = pixels.y; y < pixels.br().y; ++y)
                for (int x = pixels.x; x < pixels.br().x; ++x)
                    out.at<std::uint8_t>(y - box.y, x - box.x) = picture.shownAt(y, x) >= light ? 255 : 0;
        }
    return out;
}

Beside lookBeside(const PictureSurvey& picture)
{
    const cv::Mat near = nearBreast(picture.breast());
    Beside out;
    cv::Rect cells;
    double sum = 0;
    for (int row = 0; row < near.rows; ++row)
        for (int column = 0; column < near.cols; ++column) {
            if (near.at<std::uint8_t>(row, column) != 0)
                continue;
            const cv::Rect pixels = pixelsOf(picture, {column, row, 1, 1});
            ++out.cells;
            sum += picture.shownAt(pixels.y + pixels.height / 2, pixels.x + pixels.width / 2);
            if (!isWriting(picture, near, row, column))
                continue;
            ++out.lightCells;
            cells |= cv::Rect(column, row, 1, 1);
        }
    out.mean = out.cells > 0 ? sum / static_cast<double>(out.cells) : 255;
    // A light ground, or light over large parts of it, is no writing.
    if (out.lightCells == 0 || out.mean > light / 2 || out.lightCells * 10 > out.cells)
        return out;
    cells = cv::Rect(cells.x - 1, cells.y - 1, cells.width + 2, cells.height + 2) & cv::Rect({0, 0}, near.size());
    out.box = pixelsOf(picture, cells);
    out.light = lightIn(picture, near, cells, out.box);
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
std::optional<Sign> signIn(const StoredImage& image, const cv::Mat& labels, int label, const cv::Rect& box,
                           const cv::Point& origin)
{
    std::map<std::uint32_t, int> values;
    int pixels = 0;
    for (int row = box.y; row < box.y + box.height; ++row)
        for (int column = box.x; column < box.x + box.width; ++column)
            if (labels.at<int>(row, column) == label) {
                ++values[bitsAt(image, origin.y + row, origin.x + column)];
                ++pixels;
            }
    const auto most = std::max_element(values.begin(), values.end(),
                                       [](const auto& a, const auto& b) { return a.second < b.second; });
    if (most == values.end() || most->second < sameInk * pixels)
        return std::nullopt;
    return Sign{box, most->first};
}

std::vector<Sign> signsIn(const StoredImage& image, const Beside& beside)
{
    cv::Mat labels, facts, centres;
    const int count = cv::connectedComponentsWithStats(beside.light, labels, facts, centres, 8);
    std::vector<Sign> signs;
    for (int i = 1; i < count && signs.size() <= mostSigns; ++i) {
        const int* f = facts.ptr<int>(i);
        const cv::Rect box(f[cv::CC_STAT_LEFT], f[cv::CC_STAT_TOP], f[cv::CC_STAT_WIDTH], f[cv::CC_STAT_HEIGHT]);
        const int longer = std::max(box.width, box.height), shorter = std::min(box.width, box.height);
        const int most = std::max(leastHeight, std::max(image.rows, image.columns) / 15);
        const cv::Rect at = box + beside.box.tl();
        const bool atEdge = at.x == 0 || at.y == 0 || at.br().x == image.columns || at.br().y == image.rows;
        const double filled = f[cv::CC_STAT_AREA] / static_cast<double>(box.area());
        if (atEdge || longer < leastHeight || longer > most || filled < 0.12 || (filled > 0.95 && 2 * shorter > longer))
            continue;
        if (const auto sign = signIn(image, labels, i, box, beside.box.tl()))
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

bool hasBurnedInText(const PictureSurvey& picture)
{
    if (!picture.breast().found() || bytesPerSample(picture.image().type) > 2)
        return false;
    const Beside beside = lookBeside(picture);
    if (beside.light.empty())
        return false;
    std::vector<Sign> signs = signsIn(picture.image(), beside);
    if (signs.size() < leastSigns || signs.size() > mostSigns)
        return false;
    if (longestLine(signs) >= leastSigns)
        return true;
    for (Sign& sign : signs)
        sign.box = {sign.box.y, sign.box.x, sign.box.height, sign.box.width};
    return longestLine(std::move(signs)) >= leastSigns;
}

} // namespace mama

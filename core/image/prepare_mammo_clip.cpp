// Mammo-CLIP's preparation (batmanlab/Mammo-CLIP, preprocess_image_to_png): models.md, section 2.
#include "core/base/error.h"
#include "core/base/error_actions.h"
#include "core/image/eight_bit.h"
#include "core/image/pillow_resize.h"
#include "core/image/prepare_steps.h"

#include <algorithm>
#include <opencv2/imgproc.hpp>

namespace mama::PrepareSteps {
namespace {

constexpr int border = 5;          // pixels cut off every side
constexpr std::uint8_t noise = 40; // what is no brighter counts as air

using Lines = std::vector<int>; // numbers of rows or columns

// The longest run of lines that count; all of that length where several are the longest. Empty: none counts.
Lines longestRuns(const std::vector<bool>& counts)
{
    std::vector<std::pair<int, int>> runs; // first, length
    for (int i = 0; i < static_cast<int>(counts.size()); ++i) {
        if (!counts[static_cast<std::size_t>(i)])
            continue;
        if (i > 0 && counts[static_cast<std::size_t>(i - 1)])
            ++runs.back().second;
        else
            runs.emplace_back(i, 1);
    }
    int longest = 0;
    for (const auto& run : runs)
        longest = std::max(longest, run.second);
    Lines lines;
    for (const auto& [first, length] : runs)
        for (int i = 0; i < length && length == longest; ++i)
            lines.push_back(first + i);
    return lines;
}

// Whether the values of a line within the middle 80 % of its length are not all equal; at(i): the i-th of them.
template <class At>
bool changes(int length, const At& at)
{
    const int reach = static_cast<int>(length * 0.4), first = length / 2 - reach, end = length / 2 + reach;
    for (int i = first + 1; i < end; ++i)
        if (at(i) != at(first))
            return true;
    return false;
}

std::uint8_t withoutNoise(std::uint8_t value) { return value <= noise ? 0 : value; }

Lines breastColumns(const Raster<std::uint8_t>& picture)
{
    std::vector<bool> counts;
    for (int c = 0; c < picture.columns; ++c)
        counts.push_back(changes(picture.rows, [&](int r) { return withoutNoise(picture.at(r, c)); }));
    return longestRuns(counts);
}

Lines breastRows(const Raster<std::uint8_t>& picture, const Lines& columns)
{
    std::vector<bool> counts;
    for (int r = 0; r < picture.rows; ++r)
        counts.push_back(changes(static_cast<int>(columns.size()), [&](int i) {
            return withoutNoise(picture.at(r, columns[static_cast<std::size_t>(i)]));
        }));
    return longestRuns(counts);
}

Raster<std::uint8_t> taken(const Raster<std::uint8_t>& picture, const Lines& rows, const Lines& columns)
{
    Raster<std::uint8_t> out(static_cast<int>(rows.size()), static_cast<int>(columns.size()));
    for (int r = 0; r < out.rows; ++r)
        for (int c = 0; c < out.columns; ++c)
            out.at(r, c) = picture.at(rows[static_cast<std::size_t>(r)], columns[static_cast<std::size_t>(c)]);
    return out;
}

Lines all(int count)
{
    Lines lines(static_cast<std::size_t>(count));
    for (int i = 0; i < count; ++i)
        lines[static_cast<std::size_t>(i)] = i;
    return lines;
}

Raster<std::uint8_t> areaResize(const Raster<std::uint8_t>& picture, int rows, int columns)
{
    Raster<std::uint8_t> out(rows, columns);
    cv::Mat target(rows, columns, CV_8U, out.values.data());
    const cv::Mat source(picture.rows, picture.columns, CV_8U, const_cast<std::uint8_t*>(picture.values.data()));
    cv::resize(source, target, target.size(), 0, 0, cv::INTER_AREA);
    return out;
}

// As the loader does it: the least becomes 0, then the largest 1.
void stretch(PreparedImage& prepared)
{
    const auto [least, largest] = std::ranges::minmax(prepared.seenGrey.values);
    if (least == largest)
        throw Error(
            ErrorCode::Data, {action::prepareImage}, "image",
            {TextId("prepare.crop_of_one_value", "the breast's box has one value only: there is nothing to see")});
    const float span = static_cast<float>(largest) - static_cast<float>(least);
    for (std::size_t i = 0; i < prepared.values.size(); ++i)
        prepared.values[i] = (static_cast<float>(prepared.seenGrey.values[i]) - static_cast<float>(least)) / span;
}

} // namespace

void mammoClip(const Source& source, const Sizes& sizes, PreparedImage& prepared)
{
    const StoredImage& grey = source.grey;
    if (grey.rows <= 2 * border || grey.columns <= 2 * border)
        throw Error(
            ErrorCode::Data, {action::prepareImage}, "image",
            {TextId("prepare.smaller_than_border", "it is smaller than the border of %1 pixels that is cut off"),
             border});
    // Stored values: neither window nor modality LUT; a linear rescale would cancel out.
    const Raster<std::uint8_t> picture =
        eightBitByRange(modalityValues(grey, {}), {border, border, grey.columns - 1 - border, grey.rows - 1 - border},
                        source.pipeline.inverted);
    Lines columns = breastColumns(picture), rows;
    if (!columns.empty())
        rows = breastRows(picture, columns);
    prepared.cropped = !rows.empty();
    if (!prepared.cropped) {
        columns = all(picture.columns);
        rows = all(picture.rows);
    }
    Geometry::Chain chain;
    chain.storedColumns = chain.resizedColumns = grey.columns;
    chain.storedRows = chain.resizedRows = grey.rows;
    // Runs of one length are taken side by side; what lies between them is then within the box too.
    chain.crop = {columns.front() + border, rows.front() + border, columns.back() + border, rows.back() + border};
    const Raster<std::uint8_t> crop = taken(picture, rows, columns);
    const Placement p = prepared.profile.keepAspect ? keepingAspect(chain.crop, source.breast.chestWall, sizes.input)
                                                    : Placement{sizes.input.columns, sizes.input.rows, 0, 0};
    chain.inputColumns = p.columns;
    chain.inputRows = p.rows;
    chain.offsetX = -p.left;
    chain.offsetY = -p.top;
    chain.inputSize = sizes.input;
    chain.patch = sizes.patch;
    prepared.geometry = Geometry(chain);
    const Raster<std::uint8_t> scaled = areaResize(crop, p.rows, p.columns);
    Raster<std::uint8_t> whole(sizes.input.rows, sizes.input.columns);
    for (int r = 0; r < p.rows; ++r)
        std::copy_n(&scaled.at(r, 0), p.columns, &whole.at(r + p.top, p.left));
    takeGrey(std::move(whole), prepared);
    stretch(prepared);
}

} // namespace mama::PrepareSteps

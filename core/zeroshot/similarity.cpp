#include "core/zeroshot/similarity.h"

#include "core/base/error.h"
#include "core/base/error_actions.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

namespace mama {
namespace {

constexpr int cell = 8; // stored pixels a cell of the breast mask

std::size_t at(std::int64_t i) { return static_cast<std::size_t>(i); }

void needWhole(std::size_t values, std::int64_t dim, const char* what)
{
    if (dim <= 0 || values % at(dim) != 0)
        throw Error(
            ErrorCode::Internal, {action::compareEmbeddings}, what,
            {TextId("zeroshot.no_whole_vectors", "%1 values are no whole number of vectors of %2"), values, dim});
}

// First and last index (inclusive) of the mask's cells under stored pixels a..b; empty when last < first.
std::pair<int, int> cellsUnder(double a, double b, int count)
{
    const double low = std::min(a, b) / cell, high = std::max(a, b) / cell;
    if (!(high > 0) || !(low < count))
        return {0, -1};
    return {std::max(0, static_cast<int>(std::floor(low))), std::min(count - 1, static_cast<int>(std::ceil(high)) - 1)};
}

} // namespace

void normalise(std::span<float> vector)
{
    double sum = 0;
    for (const float v : vector)
        sum += static_cast<double>(v) * static_cast<double>(v);
    if (sum <= 0)
        return;
    const double scale = 1 / std::sqrt(sum);
    for (float& v : vector)
        v = static_cast<float>(static_cast<double>(v) * scale);
}

float dot(std::span<const float> a, std::span<const float> b)
{
    // Sixteen partial sums: the compiler may use vector registers without reordering a single sum.
    std::array<float, 16> partial{};
    const std::size_t n = std::min(a.size(), b.size());
    std::size_t i = 0;
    for (; i + 16 <= n; i += 16)
        for (std::size_t k = 0; k < 16; ++k)
            partial[k] += a[i + k] * b[i + k];
    float sum = 0;
    for (; i < n; ++i)
        sum += a[i] * b[i];
    for (const float p : partial)
        sum += p;
    return sum;
}

double shareBelow(std::span<const double> ascending, double value)
{
    if (ascending.empty() || std::isnan(value))
        return std::numeric_limits<double>::quiet_NaN();
    return static_cast<double>(std::lower_bound(ascending.begin(), ascending.end(), value) - ascending.begin()) /
           static_cast<double>(ascending.size());
}

std::vector<float> similarities(std::span<const float> images, std::span<const float> texts, std::int64_t dim)
{
    needWhole(images.size(), dim, "images");
    needWhole(texts.size(), dim, "texts");
    const std::size_t d = at(dim), n = images.size() / d, m = texts.size() / d;
    std::vector<float> out(n * m);
    for (std::size_t i = 0; i < n; ++i)
        for (std::size_t j = 0; j < m; ++j)
            out[i * m + j] = dot(images.subspan(i * d, d), texts.subspan(j * d, d));
    return out;
}

Raster<float> alignmentMap(std::span<const float> patches, std::int64_t rows, std::int64_t columns,
                           std::span<const float> sentence, std::span<const std::uint8_t> inside)
{
    const std::size_t d = sentence.size(), count = at(rows) * at(columns);
    if (patches.size() != count * d || (!inside.empty() && inside.size() != count))
        throw Error(ErrorCode::Internal, {action::drawMap}, "",
                    {TextId("zeroshot.map_sizes_differ", "patches, grid and sentence differ in size")});
    Raster<float> map(static_cast<int>(rows), static_cast<int>(columns));
    for (std::size_t i = 0; i < count; ++i)
        map.values[i] = inside.empty() || inside[i] ? dot(patches.subspan(i * d, d), sentence)
                                                    : std::numeric_limits<float>::quiet_NaN();
    return map;
}

std::vector<float> ensemble(std::span<const float> embeddings, std::int64_t dim)
{
    needWhole(embeddings.size(), dim, "prompts");
    const std::size_t d = at(dim);
    std::vector<float> sum(d, 0), one(d);
    for (std::size_t start = 0; start < embeddings.size(); start += d) {
        std::copy_n(embeddings.begin() + static_cast<std::ptrdiff_t>(start), d, one.begin());
        normalise(one);
        for (std::size_t k = 0; k < d; ++k)
            sum[k] += one[k];
    }
    normalise(sum);
    return sum;
}

std::vector<double> softmax(std::span<const double> values)
{
    std::vector<double> out(values.begin(), values.end());
    if (out.empty())
        return out;
    const double largest = *std::max_element(out.begin(), out.end());
    double sum = 0;
    for (double& v : out) {
        v = std::exp(v - largest);
        sum += v;
    }
    for (double& v : out)
        v /= sum;
    return out;
}

std::vector<std::uint8_t> insideMask(const Geometry& geometry)
{
    std::vector<std::uint8_t> out;
    const auto [first, last] = geometry.seen();
    for (int row = 0; row < geometry.gridRows(); ++row)
        for (int column = 0; column < geometry.gridColumns(); ++column) {
            const Point centre = geometry.patchCentre(row, column);
            out.push_back(centre.x >= first.x && centre.y >= first.y && centre.x <= last.x && centre.y <= last.y ? 1
                                                                                                                 : 0);
        }
    return out;
}

std::vector<std::uint8_t> breastOnGrid(const Geometry& geometry, const Raster<std::uint8_t>& breast)
{
    std::vector<std::uint8_t> out;
    for (int row = 0; row < geometry.gridRows(); ++row)
        for (int column = 0; column < geometry.gridColumns(); ++column) {
            const auto [first, last] = geometry.patchCorners(row, column);
            const auto [x0, x1] = cellsUnder(first.x, last.x, breast.columns);
            const auto [y0, y1] = cellsUnder(first.y, last.y, breast.rows);
            bool any = false;
            for (int y = y0; y <= y1 && !any; ++y)
                for (int x = x0; x <= x1 && !any; ++x)
                    any = breast.at(y, x) != 0;
            out.push_back(any ? 1 : 0);
        }
    return out;
}

} // namespace mama

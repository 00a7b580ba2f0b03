#include "core/image/pillow_resize.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <numbers>

namespace mama {
namespace {

constexpr int PrecisionBits = 32 - 8 - 2;

// For every output position: the first input position and the fixed-point weights from there.
struct Weights
{
    struct Tap
    {
        int first = 0, count = 0;
    };
    std::vector<Tap> taps;
    std::vector<std::int32_t> values; // [output, width]
    int width = 0;
};

double sinc(double x) { return x == 0 ? 1.0 : std::sin(std::numbers::pi * x) / (std::numbers::pi * x); }

// Half the filter's width, in pixels that are not stretched.
double supportOf(PillowFilter filter)
{
    return filter == PillowFilter::Bilinear ? 1.0 : filter == PillowFilter::Bicubic ? 2.0 : 3.0;
}

double weightAt(double x, PillowFilter filter)
{
    x = std::abs(x);
    if (filter == PillowFilter::Lanczos)
        return x < 3.0 ? sinc(x) * sinc(x / 3.0) : 0.0;
    if (filter == PillowFilter::Bilinear)
        return x < 1.0 ? 1.0 - x : 0.0;
    constexpr double a = -0.5; // Keys' cubic
    if (x < 1.0)
        return ((a + 2.0) * x - (a + 3.0)) * x * x + 1;
    return x < 2.0 ? (((x - 5) * x + 8) * x - 4) * a : 0.0;
}

std::int32_t fixedPoint(double weight)
{
    return static_cast<std::int32_t>((weight < 0 ? -0.5 : 0.5) + weight * (1 << PrecisionBits));
}

Weights weightsOf(int in, int out, PillowFilter filter)
{
    const double scale = static_cast<double>(in) / out;
    const double stretch = std::max(scale, 1.0);
    const double support = supportOf(filter) * stretch; // half the filter's width, pixels
    Weights result;
    result.width = static_cast<int>(std::ceil(support)) * 2 + 1;
    result.taps.resize(static_cast<std::size_t>(out));
    result.values.resize(static_cast<std::size_t>(out) * static_cast<std::size_t>(result.width));
    std::vector<double> weights(static_cast<std::size_t>(result.width));
    for (int i = 0; i < out; ++i) {
        const double centre = (i + 0.5) * scale;
        const int first = std::max(0, static_cast<int>(centre - support + 0.5));
        const int count = std::min(in, static_cast<int>(centre + support + 0.5)) - first;
        double sum = 0;
        for (int k = 0; k < count; ++k) {
            const double weight = weightAt((k + first - centre + 0.5) * (1.0 / stretch), filter);
            weights[static_cast<std::size_t>(k)] = weight;
            sum += weight;
        }
        std::int32_t* row = &result.values[static_cast<std::size_t>(i) * static_cast<std::size_t>(result.width)];
        for (int k = 0; k < count; ++k) {
            double weight = weights[static_cast<std::size_t>(k)];
            if (sum != 0.0)
                weight /= sum;
            row[k] = fixedPoint(weight);
        }
        result.taps[static_cast<std::size_t>(i)] = {first, count};
    }
    return result;
}

std::uint8_t clip8(std::int32_t sum) { return static_cast<std::uint8_t>(std::clamp(sum >> PrecisionBits, 0, 255)); }

Raster<std::uint8_t> horizontally(const Raster<std::uint8_t>& in, int columns, PillowFilter filter)
{
    const Weights weights = weightsOf(in.columns, columns, filter);
    Raster<std::uint8_t> out(in.rows, columns);
    for (int r = 0; r < in.rows; ++r) {
        const std::uint8_t* row = &in.at(r, 0);
        for (int c = 0; c < columns; ++c) {
            const auto [first, count] = weights.taps[static_cast<std::size_t>(c)];
            const std::int32_t* w =
                &weights.values[static_cast<std::size_t>(c) * static_cast<std::size_t>(weights.width)];
            std::int32_t sum = 1 << (PrecisionBits - 1);
            for (int k = 0; k < count; ++k)
                sum += row[first + k] * w[k];
            out.at(r, c) = clip8(sum);
        }
    }
    return out;
}

Raster<std::uint8_t> vertically(const Raster<std::uint8_t>& in, int rows, PillowFilter filter)
{
    const Weights weights = weightsOf(in.rows, rows, filter);
    Raster<std::uint8_t> out(rows, in.columns);
    std::vector<std::int32_t> sums(static_cast<std::size_t>(in.columns));
    for (int r = 0; r < rows; ++r) {
        const auto [first, count] = weights.taps[static_cast<std::size_t>(r)];
        const std::int32_t* w = &weights.values[static_cast<std::size_t>(r) * static_cast<std::size_t>(weights.width)];
        std::ranges::fill(sums, 1 << (PrecisionBits - 1));
        for (int k = 0; k < count; ++k) {
            const std::uint8_t* row = &in.at(first + k, 0);
            for (std::size_t c = 0; c < sums.size(); ++c)
                sums[c] += row[c] * w[k];
        }
        std::ranges::transform(sums, &out.at(r, 0), clip8);
    }
    return out;
}

} // namespace

Raster<std::uint8_t> cutOut(const Raster<std::uint8_t>& picture, const Box& box)
{
    Raster<std::uint8_t> cut(box.height(), box.width());
    for (int r = 0; r < cut.rows; ++r)
        std::copy_n(&picture.at(box.y0 + r, box.x0), cut.columns, &cut.at(r, 0));
    return cut;
}

Raster<std::uint8_t> pillowResize(Raster<std::uint8_t> cut, int rows, int columns, PillowFilter filter)
{
    // Pillow 13 starts with the axis that loses far more rows than columns; up to version 12 it always started with
    // the horizontal one. Rounding in between makes about a quarter of the pixels differ by 1.
    const int fewerRows = cut.rows - rows, fewerColumns = cut.columns - columns;
    const bool verticalFirst = fewerRows > 0 && fewerRows > 2 * fewerColumns;
    if (verticalFirst)
        cut = vertically(cut, rows, filter);
    if (fewerColumns != 0)
        cut = horizontally(cut, columns, filter);
    if (!verticalFirst && fewerRows != 0)
        cut = vertically(cut, rows, filter);
    return cut;
}

} // namespace mama

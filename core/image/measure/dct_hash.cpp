#include "core/image/measure/dct_hash.h"

#include "core/image/pillow_resize.h"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace mama {
namespace {

constexpr int side = 32, kept = 8;

std::uint64_t bitsOf(const DctCoefficients& coefficients)
{
    const double median = medianOf(coefficients);
    std::uint64_t bits = 0;
    for (const double each : coefficients)
        bits = bits << 1 | (each > median ? 1 : 0);
    return bits;
}

} // namespace

DctCoefficients dctCoefficients(const Raster<std::uint8_t>& small)
{
    std::array<double, kept * side> cosines{}; // [frequency, place]
    for (int k = 0; k < kept; ++k)
        for (int n = 0; n < side; ++n)
            cosines[static_cast<std::size_t>(k * side + n)] =
                2 * std::cos(std::numbers::pi * k * (2 * n + 1) / (2 * side));
    std::array<double, side * kept> across{}; // [row, frequency]
    for (int row = 0; row < side; ++row)
        for (int k = 0; k < kept; ++k)
            for (int n = 0; n < side; ++n)
                across[static_cast<std::size_t>(row * kept + k)] +=
                    small.at(row, n) * cosines[static_cast<std::size_t>(k * side + n)];
    DctCoefficients out{};
    for (int k = 0; k < kept; ++k)
        for (int column = 0; column < kept; ++column)
            for (int row = 0; row < side; ++row)
                out[static_cast<std::size_t>(k * kept + column)] +=
                    across[static_cast<std::size_t>(row * kept + column)] *
                    cosines[static_cast<std::size_t>(k * side + row)];
    return out;
}

double medianOf(const DctCoefficients& coefficients)
{
    DctCoefficients sorted = coefficients;
    std::sort(sorted.begin(), sorted.end());
    return (sorted[31] + sorted[32]) / 2;
}

Raster<std::uint8_t> reducedForHash(const Raster<std::uint8_t>& picture)
{
    const int rows = picture.rows;
    return pillowResize(pillowResize(picture, rows, side, PillowFilter::Lanczos), side, side, PillowFilter::Lanczos);
}

std::optional<DctHash> dctHash(const Raster<std::uint8_t>& picture)
{
    if (picture.values.empty())
        return std::nullopt;
    const Raster<std::uint8_t> small = reducedForHash(picture);
    const auto [least, most] = std::minmax_element(small.values.begin(), small.values.end());
    if (*least == *most)
        return std::nullopt;
    DctCoefficients coefficients = dctCoefficients(small);
    DctHash hash;
    hash.plain = bitsOf(coefficients);
    for (std::size_t i = 1; i < coefficients.size(); i += 2)
        coefficients[i] = -coefficients[i];
    hash.mirrored = bitsOf(coefficients);
    return hash;
}

} // namespace mama

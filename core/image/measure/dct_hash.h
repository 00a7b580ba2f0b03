#pragma once
#include "core/image/stored_image.h"

#include <array>
#include <cstdint>
#include <optional>

namespace mama {

// 64 bits that hardly change where a picture is darkened, resized or compressed. Two pictures may show the same where
// few bits of either mirroring differ; they are candidates, no more.
struct DctHash
{
    std::uint64_t plain = 0, mirrored = 0; // of the picture, and of the same mirrored left to right
    bool operator==(const DctHash&) const = default;
};

// The 8 x 8 coefficients of lowest frequency of a picture of 32 x 32, row by row (row: vertical frequency), of the
// unnormalised DCT-II: X_k = 2 sum_n x_n cos(pi k (2n + 1) / 64) along both axes.
using DctCoefficients = std::array<double, 64>;
DctCoefficients dctCoefficients(const Raster<std::uint8_t>& small);
double medianOf(const DctCoefficients& coefficients); // the mean of the 32nd and the 33rd in order

// Reduced to 32 x 32 by Lanczos, columns first; the aspect is not kept.
Raster<std::uint8_t> reducedForHash(const Raster<std::uint8_t>& picture);

// A bit is set where the coefficient is above the median, row by row, the first one the most significant; the mirrored
// picture has the same coefficients with odd columns negated. Empty: a picture without contrast, whose coefficients are
// rounding noise. Source: imagehash.phash with its defaults, by the steps of parity/library/hash.
std::optional<DctHash> dctHash(const Raster<std::uint8_t>& picture);

} // namespace mama

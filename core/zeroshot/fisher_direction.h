#pragma once
#include <cstdint>
#include <span>
#include <vector>

namespace mama {

// The direction that parts two sets of vectors best: their difference of means through the mean of both covariances
// (Fisher's linear discriminant), with a ridge of 0.3 of the mean variance. 1 at the mean of the first set, -1 at that
// of the second.
struct FisherDirection
{
    std::vector<float> weights; // [width]
    double offset = 0;

    double value(std::span<const float> vector) const; // [width]
    // first, second: [N, width] each. Without vectors, or where both means are one: 0 everywhere.
    static FisherDirection between(std::span<const float> first, std::span<const float> second, std::int64_t width);
};

} // namespace mama

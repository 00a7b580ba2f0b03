#pragma once
#include "core/model/network.h"

#include <functional>

namespace mama {

// One precision's cost and loss on this machine, for one input of random numbers.
struct PrecisionMeasurement
{
    Precision precision = Precision::Fp32;
    double milliseconds = 0; // median of three
    double cosine = 1;       // smallest cosine of an output row with fp32's
    double move = 0;         // largestMove() from fp32's
};

// Precisions that this processor computes natively: fp32 always, bf16 and int8 where it has instructions for them.
std::vector<Precision> nativePrecisions();

// The fastest precision whose outputs keep a cosine of 0.999 with fp32's and move no similarity by more than 0.005:
// half of what is promised, 0.01, since other images than the measured ones come. Small models (below 5 GFLOP an input)
// and convolutions stay fp32 unmeasured. Measured once per processor, thread count, LibTorch version and architecture,
// then read from precision.json in the cache folder. make: a network that is not packed yet.
Precision choosePrecision(const nlohmann::json& description, int threads,
                          const std::function<std::unique_ptr<Network>()>& make, const Job& job);

// How far a similarity moves: the largest |s . (a - b)| over the rows a, b of both, made unit length, and directions s
// [D, width] of unit length.
double largestMove(const at::Tensor& made, const at::Tensor& exact, const at::Tensor& directions);
// Unit length, random, the same each time: [count, width].
at::Tensor randomDirections(std::int64_t count, std::int64_t width);

// Outputs that are compared: image global and patches, or the text tower's states at real positions; [rows, width].
at::Tensor probeOutputs(const Network& network, const nlohmann::json& description);

} // namespace mama

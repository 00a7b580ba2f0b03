#pragma once
#include <cstdint>

namespace mama {

// What the local loss (SLA, mama.md 3) of a batch takes, forward and backward, beyond its inputs.
struct LocalLossSizes
{
    std::int64_t images = 32; // and captions
    std::int64_t patches = 1369, sentences = 8, width = 512;
};

struct LocalLossCost
{
    double peakBytes = 0, seconds = 0, loss = 0;
};

// tiled: as training computes it; else by the plain formula, whose [images, patches, captions, sentences] tensor
// autograd keeps. Peak: resident memory of this process above that before the call. Error(Unsupported) where the system
// tells none.
LocalLossCost measureLocalLoss(const LocalLossSizes& sizes, bool tiled);

// Of the plain formula at least, in bytes: five such tensors.
double plainLocalLossBytes(const LocalLossSizes& sizes);

} // namespace mama

#pragma once
#include <torch/types.h>
#include <vector>

namespace mama {

// What the symmetric local alignment contrasts (symmetric_local_alignment.h).
// Cosines between patches and sentences, reduced two ways; each [M captions, N images].
struct LocalScores
{
    torch::Tensor bestPatch;    // T[m, n] = mean over sentences of the best patch (visual localisation)
    torch::Tensor bestSentence; // V[m, n] = mean over patches of the best sentence (textual localisation)
};

// patches [N, P, D], sentences [total, D], both L2-normalised; counts: sentences of each caption, M values that
// add up to total, none zero. Differentiable; of equal maxima the first takes the gradient. The similarities
// [M, N, P, K] are made image by image and made again in the backward pass, so that memory stays linear in the
// batch; on a GPU the plug-in's kernels make them in tiles, in float32 (float64 takes the way of the CPU).
// Error(Data) if sizes do not fit.
LocalScores localScores(const torch::Tensor& patches, const torch::Tensor& sentences,
                        const std::vector<std::int64_t>& counts);

} // namespace mama

#pragma once
#include <torch/types.h>

namespace mama {

// How cosines are read as yes or no: sigmoid(scale * (cosine - threshold)).
struct YesNo
{
    double scale = 14.3, threshold = 0.35;
    double positiveWeight = 6; // of a whole yes against a whole no
};

// Share of a patch that a lesion covers -> what a map should say there: 1 from a cover of five eighths on, so that
// patches on a lesion's edge are not taught to stay silent.
torch::Tensor mapTarget(const torch::Tensor& share);

// Mean cross-entropy of yes or no, as torch's binary_cross_entropy_with_logits with a weight on the positives. logits
// and targets (0 to 1) of one shape.
torch::Tensor yesNoLoss(const torch::Tensor& logits, const torch::Tensor& targets, double positiveWeight);

// Each patch's cosine with a lesion sentence against the lesion's share of it: it keeps maps local, which contrastive
// losses alone do not. cosines and share [N, P].
torch::Tensor maskLoss(const torch::Tensor& cosines, const torch::Tensor& share, const YesNo& reading = {});

// Whether each sentence is true of each image: by the highest patch, and at half the weight by the global embeddings.
// patches [N, P, D], sentences [S, D], globals [N, E], texts [S, E], all L2-normalised; truth [N, S], 0 or 1.
struct SentencePairs
{
    torch::Tensor patches, sentences, globals, texts, truth;
};
torch::Tensor sentenceLoss(const SentencePairs& pairs, const YesNo& reading = {});
// The second half of it: by the global embeddings alone, at half the weight. globals [N, E], texts [S, E].
torch::Tensor globalSentenceLoss(const torch::Tensor& globals, const torch::Tensor& texts, const torch::Tensor& truth,
                                 const YesNo& reading = {});

} // namespace mama

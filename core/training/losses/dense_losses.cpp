#include "core/training/losses/dense_losses.h"

#include <torch/torch.h>

namespace mama {
namespace {

constexpr double fullCover = 0.625; // 1 / 1.6
constexpr double globalWeight = 0.5;

torch::Tensor logitsOf(const torch::Tensor& cosines, const YesNo& reading)
{
    return (cosines - reading.threshold) * reading.scale;
}

} // namespace

torch::Tensor mapTarget(const torch::Tensor& share) { return (share / fullCover).clamp_max(1); }

torch::Tensor yesNoLoss(const torch::Tensor& logits, const torch::Tensor& targets, double positiveWeight)
{
    namespace functional = torch::nn::functional;
    const torch::Tensor weight = torch::full({1}, positiveWeight, logits.options().requires_grad(false));
    return functional::binary_cross_entropy_with_logits(
        logits, targets, functional::BinaryCrossEntropyWithLogitsFuncOptions().pos_weight(weight));
}

torch::Tensor maskLoss(const torch::Tensor& cosines, const torch::Tensor& share, const YesNo& reading)
{
    return yesNoLoss(logitsOf(cosines, reading), mapTarget(share), reading.positiveWeight);
}

torch::Tensor sentenceLoss(const SentencePairs& pairs, const YesNo& reading)
{
    const torch::Tensor best = torch::matmul(pairs.patches, pairs.sentences.t()).amax(1); // [N, S]
    return yesNoLoss(logitsOf(best, reading), pairs.truth, reading.positiveWeight) +
           globalSentenceLoss(pairs.globals, pairs.texts, pairs.truth, reading);
}

torch::Tensor globalSentenceLoss(const torch::Tensor& globals, const torch::Tensor& texts, const torch::Tensor& truth,
                                 const YesNo& reading)
{
    return globalWeight * yesNoLoss(logitsOf(torch::mm(globals, texts.t()), reading), truth, reading.positiveWeight);
}

} // namespace mama

#include "core/training/losses/local_loss_memory.h"

#include "core/training/losses/local_scores.h"
#include "core/training/losses/peak_memory.h"

#include <chrono>
#include <torch/torch.h>

namespace mama {
namespace {

using torch::Tensor;

Tensor unit(const std::vector<std::int64_t>& shape)
{
    return torch::nn::functional::normalize(torch::randn(shape), torch::nn::functional::NormalizeFuncOptions().dim(-1))
        .set_requires_grad(true);
}

// mama.md 3 as it is written.
LocalScores plainScores(const Tensor& patches, const Tensor& sentences, const LocalLossSizes& sizes)
{
    const Tensor all =
        torch::matmul(patches, sentences.t()).view({sizes.images, sizes.patches, sizes.images, sizes.sentences});
    return {all.amax(1).mean(2).t(), all.amax(3).mean(1).t()};
}

Tensor bothWays(const Tensor& scores)
{
    const Tensor truth = torch::arange(scores.size(0));
    return torch::nn::functional::cross_entropy(scores / 0.07, truth) +
           torch::nn::functional::cross_entropy(scores.t() / 0.07, truth);
}

} // namespace

LocalLossCost measureLocalLoss(const LocalLossSizes& sizes, bool tiled)
{
    torch::manual_seed(1);
    const Tensor patches = unit({sizes.images, sizes.patches, sizes.width}),
                 sentences = unit({sizes.images * sizes.sentences, sizes.width});
    const std::vector<std::int64_t> counts(static_cast<std::size_t>(sizes.images), sizes.sentences);
    PeakMemory memory;
    const auto start = std::chrono::steady_clock::now();
    LocalLossCost cost;
    {
        const LocalScores scores =
            tiled ? localScores(patches, sentences, counts) : plainScores(patches, sentences, sizes);
        const Tensor loss = bothWays(scores.bestPatch) + bothWays(scores.bestSentence);
        loss.backward();
        cost.loss = loss.item<double>();
    }
    cost.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
    cost.peakBytes = memory.peakBytes();
    return cost;
}

double plainLocalLossBytes(const LocalLossSizes& sizes)
{
    return 5 * 4.0 * static_cast<double>(sizes.images) * static_cast<double>(sizes.images) *
           static_cast<double>(sizes.patches) * static_cast<double>(sizes.sentences);
}

} // namespace mama

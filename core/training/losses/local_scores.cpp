#include "core/training/losses/local_scores.h"

#include "core/base/error.h"
#include "core/model/kernels/cuda_plugin.h"
#include "core/training/settings/training_actions.h"

#include <algorithm>
#include <limits>
#include <numeric>
#include <torch/torch.h>

namespace mama {
namespace {

using torch::Tensor;
using torch::autograd::AutogradContext;
using torch::autograd::tensor_list;

// Every caption's sentences in a row of K places; captions with fewer leave the rest empty.
struct Slots
{
    Tensor index; // [M * K] row of `sentences` for each place; 0 where empty
    Tensor empty; // [M, K] bool
    Tensor share; // [M, 1] one over the number of sentences
};

Slots slotsOf(const std::vector<std::int64_t>& counts, const Tensor& like)
{
    const auto captions = static_cast<std::int64_t>(counts.size());
    const std::int64_t places = *std::max_element(counts.begin(), counts.end());
    std::vector<std::int64_t> index(static_cast<std::size_t>(captions * places), 0);
    std::vector<double> shares;
    const Tensor empty = torch::ones({captions, places}, torch::kBool);
    std::int64_t next = 0;
    for (std::int64_t caption = 0; caption < captions; ++caption) {
        const std::int64_t count = counts[static_cast<std::size_t>(caption)];
        for (std::int64_t place = 0; place < count; ++place)
            index[static_cast<std::size_t>(caption * places + place)] = next++;
        empty[caption].narrow(0, 0, count).fill_(false);
        shares.push_back(1.0 / static_cast<double>(count));
    }
    return {torch::tensor(index, torch::kLong).to(like.device()), empty.to(like.device()),
            torch::tensor(shares, torch::kDouble).unsqueeze(1).to(like.device(), like.scalar_type())};
}

// [P, M, K] cosines of one image's patches; minus infinity at empty places.
Tensor similarities(const Tensor& patches, const Tensor& sentences, const Tensor& empty)
{
    return torch::mm(patches, sentences.t())
        .view({patches.size(0), empty.size(0), empty.size(1)})
        .masked_fill_(empty, -std::numeric_limits<double>::infinity());
}

class LocalScoresFunction : public torch::autograd::Function<LocalScoresFunction>
{
public:
    // patches [N, P, D], sentences by place [M * K, D], empty [M, K], share [M, 1] -> T, V [M, N]
    static tensor_list forward(AutogradContext* context, const Tensor& patches, const Tensor& sentences,
                               const Tensor& empty, const Tensor& share)
    {
        context->save_for_backward({patches, sentences, empty, share});
        const auto images = patches.size(0), captions = empty.size(0);
        Tensor best = torch::empty({captions, images}, patches.options()), textual = torch::empty_like(best);
        for (std::int64_t image = 0; image < images; ++image) {
            const Tensor cosines = similarities(patches[image], sentences, empty);
            best.select(1, image).copy_((cosines.amax(0).masked_fill(empty, 0) * share).sum(1));
            textual.select(1, image).copy_(cosines.amax(2).mean(0));
        }
        return {best, textual};
    }

    static tensor_list backward(AutogradContext* context, tensor_list gradients)
    {
        const auto saved = context->get_saved_variables();
        const Tensor &patches = saved[0], &sentences = saved[1], &empty = saved[2], &share = saved[3];
        Tensor patchGradient = torch::empty_like(patches), sentenceGradient = torch::zeros_like(sentences);
        for (std::int64_t image = 0; image < patches.size(0); ++image) {
            const Tensor cosines = similarities(patches[image], sentences, empty);
            const Tensor ofBest = gradients[0].select(1, image).unsqueeze(1) * share;                      // [M, 1]
            const Tensor ofTextual = gradients[1].select(1, image) / static_cast<double>(patches.size(1)); // [M]
            Tensor flow = torch::zeros_like(cosines);                                                      // [P, M, K]
            flow.scatter_(0, std::get<1>(cosines.max(0, true)),
                          ofBest.expand_as(empty).masked_fill(empty, 0).unsqueeze(0));
            flow.scatter_add_(2, std::get<1>(cosines.max(2, true)),
                              ofTextual.view({1, -1, 1}).expand({cosines.size(0), -1, 1}));
            const Tensor flat = flow.view({cosines.size(0), -1});
            patchGradient[image].copy_(torch::mm(flat, sentences));
            sentenceGradient.addmm_(flat.t(), patches[image]);
        }
        return {patchGradient, sentenceGradient, Tensor(), Tensor()};
    }
};

// The same by the plug-in's kernels.
class GpuScoresFunction : public torch::autograd::Function<GpuScoresFunction>
{
public:
    static tensor_list forward(AutogradContext* context, const Tensor& patches, const Tensor& sentences,
                               const Tensor& offsets)
    {
        const cuda::LocalForward made = cuda::localScores(patches, sentences, offsets);
        context->save_for_backward({patches, sentences, offsets, made.winners});
        return {made.bestPatch, made.bestSentence};
    }

    static tensor_list backward(AutogradContext* context, tensor_list gradients)
    {
        const auto saved = context->get_saved_variables();
        const cuda::LocalBackward made =
            cuda::localScoresBackward(saved[0], saved[1], saved[2], saved[3], gradients[0], gradients[1]);
        return {made.patches, made.sentences, Tensor()};
    }
};

Tensor offsetsOf(const std::vector<std::int64_t>& counts)
{
    std::vector<int> offsets{0};
    for (const std::int64_t count : counts)
        offsets.push_back(offsets.back() + static_cast<int>(count));
    return torch::tensor(offsets, torch::kInt);
}

void check(const Tensor& patches, const Tensor& sentences, const std::vector<std::int64_t>& counts)
{
    const auto fail = [](const std::string& where, const UserText& why) {
        throw Error(ErrorCode::Data, {action::computeLosses}, where, why);
    };
    if (patches.dim() != 3 || patches.size(0) == 0 || patches.size(1) == 0)
        fail("patches", {TextId("loss.patches_form", "must be [images, patches, width] and not empty")});
    if (sentences.dim() != 2 || sentences.size(1) != patches.size(2))
        fail("sentences", {TextId("loss.sentences_form", "must be [sentences, %1]"), patches.size(2)});
    if (counts.empty() || *std::min_element(counts.begin(), counts.end()) < 1)
        fail("sentence_counts", {TextId("loss.caption_without_sentence", "every caption needs at least one sentence")});
    if (*std::max_element(counts.begin(), counts.end()) > sentences.size(0) ||
        std::accumulate(counts.begin(), counts.end(), std::int64_t{0}) != sentences.size(0))
        fail("sentence_counts", {TextId("loss.other_sum", "must add up to the %1 sentences"), sentences.size(0)});
}

} // namespace

LocalScores localScores(const Tensor& patches, const Tensor& sentences, const std::vector<std::int64_t>& counts)
{
    check(patches, sentences, counts);
    if (patches.is_cuda() && patches.scalar_type() != torch::kDouble) {
        const tensor_list both = GpuScoresFunction::apply(patches.to(torch::kFloat).contiguous(),
                                                          sentences.to(torch::kFloat).contiguous(), offsetsOf(counts));
        return {both[0], both[1]};
    }
    const Slots slots = slotsOf(counts, patches);
    const tensor_list both =
        LocalScoresFunction::apply(patches, sentences.index_select(0, slots.index), slots.empty, slots.share);
    return {both[0], both[1]};
}

} // namespace mama

#include "core/training/losses/losses.h"

#include "core/training/losses/cross_entropies.h"
#include "core/training/losses/symmetric_local_alignment.h"
#include "core/training/processes/collectives.h"

#include <limits>
#include <torch/torch.h>
#include <tuple>

namespace mama {
namespace {

using torch::Tensor;
namespace functional = torch::nn::functional;

void checkPair(const Tensor& a, const Tensor& b, const char* what)
{
    if (a.dim() != 2 || b.dim() != 2 || a.sizes() != b.sizes() || a.size(0) == 0)
        refuseBatch(what, {TextId("loss.no_pair", "two equal [samples, width] tensors are needed")});
}

void require(const Tensor& term, const char* what)
{
    if (!term.defined())
        refuseBatch(what,
                    {TextId("loss.no_embeddings", "this term is part of the total, but its embeddings are missing")});
}

} // namespace

std::vector<std::pair<std::string, Tensor>> LossTerms::named() const
{
    std::vector<std::pair<std::string, Tensor>> result;
    const auto add = [&](const char* what, const Tensor& value) {
        if (value.defined())
            result.emplace_back(what, value);
    };
    add("clip_v_to_t", clipVToT);
    add("clip_t_to_v", clipTToV);
    add("clip2_v_to_t", clip2VToT);
    add("clip2_t_to_v", clip2TToV);
    add("ntxent", ntxent);
    add("local_t2i_rows_text", localT2iRowsText);
    add("local_t2i_rows_image", localT2iRowsImage);
    add("local_i2t_rows_text", localI2tRowsText);
    add("local_i2t_rows_image", localI2tRowsImage);
    add("clip", clipVToT.defined() ? clip() : Tensor());
    add("clip_second_view", clip2VToT.defined() ? clipSecondView() : Tensor());
    add("local_t2i", localT2iRowsText.defined() ? localT2i() : Tensor());
    add("local_i2t", localI2tRowsText.defined() ? localI2t() : Tensor());
    return result;
}

std::pair<Tensor, Tensor> contrast(const Tensor& a, const Tensor& b, const Tensor& logScale,
                                   const Collectives* together)
{
    checkPair(a, b, "clip");
    if (!logScale.defined())
        refuseBatch("logit_scale", {TextId("loss.no_scale", "is missing")});
    if (together) {
        const Tensor ownA = normalised(a), ownB = normalised(b), allA = together->gather(ownA),
                     allB = together->gather(ownB);
        const std::int64_t offset = together->rank() * a.size(0);
        return {diagonalLoss(torch::mm(ownA, allB.t()) * logScale.exp(), offset),
                diagonalLoss(torch::mm(ownB, allA.t()) * logScale.exp(), offset)};
    }
    return bothDirections(torch::mm(normalised(a), normalised(b).t()) * logScale.exp());
}

Tensor ntxent(const Tensor& first, const Tensor& second, double temperature, const std::optional<Gathered>& gathered)
{
    checkPair(first, second, "ntxent");
    const std::int64_t samples = first.size(0);
    const Tensor anchors = normalised(torch::cat({first, second}));
    const Tensor candidates = gathered ? normalised(torch::cat({gathered->first, gathered->second})) : anchors;
    const std::int64_t all = candidates.size(0) / 2, offset = gathered ? gathered->offset : 0;
    if (candidates.size(1) != anchors.size(1) || offset < 0 || offset + samples > all)
        refuseBatch("ntxent", {TextId("loss.other_samples", "the gathered samples do not hold this rank's")});
    const Tensor own = torch::arange(samples, torch::TensorOptions(torch::kLong).device(first.device())) + offset;
    const Tensor itself = torch::cat({own, own + all}), partner = torch::cat({own + all, own});
    // No sample is its own candidate.
    const Tensor logits = (torch::mm(anchors, candidates.t()) / temperature)
                              .scatter(1, itself.unsqueeze(1), -std::numeric_limits<double>::infinity());
    return functional::cross_entropy(logits, partner);
}

LossTerms lossTerms(const LossInput& input, const LossOptions& options, const Collectives* together)
{
    const auto where = [&](Negatives negatives) { return negatives == Negatives::Gathered ? together : nullptr; };
    LossTerms terms;
    if (input.v.defined() && input.t.defined())
        std::tie(terms.clipVToT, terms.clipTToV) = contrast(input.v, input.t, input.logitScale, where(options.clip));
    if (input.v2.defined() && input.t.defined())
        std::tie(terms.clip2VToT, terms.clip2TToV) = contrast(input.v2, input.t, input.logitScale, where(options.clip));
    if (input.simclr1.defined() && input.simclr2.defined()) {
        std::optional<Gathered> gathered;
        if (where(options.simclr))
            gathered = {together->gather(input.simclr1), together->gather(input.simclr2),
                        together->rank() * input.simclr1.size(0)};
        terms.ntxent = ntxent(input.simclr1, input.simclr2, options.temperature, gathered);
    }
    if (input.patches.defined() && input.sentences.defined() && options.localWeight > 0)
        addLocalAlignment(input, terms, where(options.local));
    return terms;
}

Tensor totalLoss(const LossTerms& terms, const LossOptions& options, bool late)
{
    require(terms.clipVToT, "clip");
    const bool reference = options.schedule == LossSchedule::Reference;
    // Pairs of directions: added (1) or averaged (1/2); the paper halves the local term once more.
    const double pair = options.schedule == LossSchedule::PaperMean ? 0.5 : 1, local = reference ? 1 : 0.5;
    Tensor total = pair * terms.clip();
    const bool second = usesSecondView(options, late);
    if (second && options.simclrWeight > 0) {
        require(terms.ntxent, "ntxent");
        total = total + options.simclrWeight * terms.ntxent;
    }
    if (second && options.secondViewWeight > 0) {
        require(terms.clip2VToT, "clip_second_view");
        total = total + options.secondViewWeight * pair * terms.clipSecondView();
    }
    if (usesLocal(options, late)) {
        require(terms.localT2iRowsText, "local");
        total = total + options.localWeight * local * pair * (terms.localT2i() + terms.localI2t());
    }
    return total;
}

} // namespace mama

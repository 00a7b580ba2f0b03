#include "core/training/losses/symmetric_local_alignment.h"

#include "core/training/losses/cross_entropies.h"
#include "core/training/processes/collectives.h"

#include <torch/torch.h>
#include <tuple>

namespace mama {

using torch::Tensor;

void addLocalAlignment(const LossInput& input, LossTerms& terms, const Collectives* together)
{
    if (static_cast<std::int64_t>(input.sentenceCounts.size()) != input.patches.size(0))
        refuseBatch("sentence_counts", {TextId("loss.other_number", "as many captions as images are needed")});
    if (!input.localScale.defined())
        refuseBatch("local_scale", {TextId("loss.no_local_scale", "is missing")});
    const Tensor scale = input.localScale.exp();
    if (together) {
        // Sentences travel, patches stay: every caption on this process's images; its captions' scores come back.
        const Tensor sentences = together->gather(normalised(input.sentences));
        const LocalScores columns =
            localScores(normalised(input.patches), sentences, together->gather(input.sentenceCounts));
        const std::int64_t samples = input.patches.size(0), offset = together->rank() * samples;
        terms.scores = {together->gather(columns.bestPatch.t()).t(), together->gather(columns.bestSentence.t()).t()};
        const auto rows = [&](const Tensor& scores) {
            return diagonalLoss(scores.narrow(0, offset, samples) * scale, offset);
        };
        terms.localT2iRowsText = rows(terms.scores.bestPatch);
        terms.localT2iRowsImage = diagonalLoss(columns.bestPatch.t() * scale, offset);
        terms.localI2tRowsText = rows(terms.scores.bestSentence);
        terms.localI2tRowsImage = diagonalLoss(columns.bestSentence.t() * scale, offset);
        return;
    }
    terms.scores = localScores(normalised(input.patches), normalised(input.sentences), input.sentenceCounts);
    std::tie(terms.localT2iRowsText, terms.localT2iRowsImage) = bothDirections(terms.scores.bestPatch * scale);
    std::tie(terms.localI2tRowsText, terms.localI2tRowsImage) = bothDirections(terms.scores.bestSentence * scale);
}

} // namespace mama

#pragma once
#include "core/text/captions/caption_tokens.h"
#include "core/training/data/finding_sentences.h"
#include "core/training/losses/extra_term.h"

#include <array>
#include <optional>

namespace mama {

// What keeps text queries and their maps honest where masks are at hand (dense_losses.h):
//   "mask": the maps of each sentence on masses or calcifications, and of the caption's own, against the lesions'
//   masks;
//     those of sentences on the normal against what no lesion covers
//   "sentence": whether each sentence is true of each image; those on the normal by the whole image alone, since most
//     patches of any image are normal
class DenseTerms final : public ExtraTerm
{
public:
    struct Options
    {
        std::vector<FindingSentence> sentences;
        double maskWeight = 2, sentenceWeight = 1;
        double positiveWeight = 6;   // of patches
        double positiveSentence = 3; // of sentences that are true
    };
    // Error(Data) if no sentence speaks of a mass or none of a calcification.
    DenseTerms(const Options& options, const CaptionTokenizer& captions);

    // Error(Data) if the batch has no masks.
    std::vector<Value> operator()(const ForwardPass& pass) override;

private:
    static constexpr int kinds = 2; // mass, calcification: channels of the lesion grid

    struct Encoded
    {
        at::Tensor sentences, globals; // [S, D], [S, E], L2-normalised
    };
    Encoded encode(const ForwardPass& pass);
    // Row of pass.sentences: the caption's sentence that says there is a lesion of this kind.
    std::optional<std::int64_t> ownSentence(const SampleBatch& batch, std::int64_t image, int kind) const;
    at::Tensor fixedMaps(const ForwardPass& pass, const at::Tensor& share, const at::Tensor& sentences) const;
    at::Tensor maskTerm(const ForwardPass& pass, const at::Tensor& share, const at::Tensor& sentences) const;
    at::Tensor sentenceTerm(const ForwardPass& pass, const at::Tensor& share, const Encoded& encoded) const;

    Options m_options;
    at::Tensor m_ids, m_mask, m_separators;               // [S, T], [S, T], [S]
    std::array<std::vector<std::int64_t>, kinds> m_words; // token ids of "mass" and "calcification"
    std::int64_t m_no = -1;                               // token id of "no"
    std::vector<std::int64_t> m_of[kinds], m_normal;      // rows of the sentences on each kind
    at::Tensor m_hidden;                                  // [S, T, width] of a text tower that does not train
};

} // namespace mama

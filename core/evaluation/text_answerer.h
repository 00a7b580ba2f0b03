#pragma once
#include "core/evaluation/finding_evaluation.h"
#include "core/model/model.h"
#include "core/training/data/finding_sentences.h"

namespace mama {

// Text queries by the mean over sentences. Scores: "global" (finding sentences minus normal ones, by the images' and
// texts' global embeddings) and "local" (the highest patch in the breast of the same difference). Maps: "own" (the
// caption's own sentence on the lesion), "pair" (the difference), "free" (the first sentence on the kind).
// Error(Model) without local heads or text; Error(Data) if the sentences lack a kind or the normal.
class TextAnswerer
{
public:
    // mapWays: as Model::encodeImages takes them, at least one; an image is encoded once, and read out in each.
    TextAnswerer(const Model& model, const std::vector<FindingSentence>& sentences, const CodeBook& codes,
                 std::vector<std::string> mapWays = {{}});
    // One for each way, which alone tells them apart by their maps and what is told by the maps.
    std::vector<FindingAnswer> operator()(const PreparedImage& prepared, const TrainingImage& image) const;

private:
    struct Pair
    {
        std::vector<float> global, local, free; // differences of means, and one sentence
    };
    FindingAnswer answer(const ImageEmbedding& seen, const std::vector<std::uint8_t>& breast,
                         const TrainingImage& image) const;
    std::vector<float> ownSentence(const TrainingImage& image, LesionChannel kind) const;

    const Model& m_model;
    const CodeBook& m_codes;
    std::vector<std::string> m_mapWays;
    std::array<Pair, lesionChannels> m_pairs;
    std::vector<std::vector<float>> m_densities;
    std::vector<float> m_suspicious;
};

// The image's caption's sentence that says there is a lesion of this kind; empty: none.
std::string lesionSentence(const TrainingImage& image, const CodeBook& codes, LesionChannel kind);

} // namespace mama

#pragma once
#include "core/image/profile.h"
#include "core/metrics/bootstrap.h"
#include "core/model/model.h"
#include "core/training/finding_sentences.h"
#include "core/training/training_index.h"

#include <array>
#include <functional>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <vector>

namespace mama {

// What a model says of one image, by masses and calcifications (LesionChannel). Maps are row by row on the patch grid.
struct FindingAnswer
{
    struct Kind
    {
        std::vector<std::pair<std::string, double>> scores;            // name, the higher the more likely
        std::vector<std::pair<std::string, std::vector<float>>> maps;  // name, empty where it does not apply
    };
    std::array<Kind, lesionChannels> kinds;
    std::vector<double> density; // one score a class; empty: not asked
    std::optional<double> suspicious; // BI-RADS 4 and 5 against 1 and 2
};

// Gives an answer for an image that went through the profile. Index and caption belong to the image: a map may be drawn
// for the sentence that describes it.
using Answerer = std::function<FindingAnswer(const PreparedImage& prepared, const TrainingImage& image)>;

// Text queries by the mean over sentences. Scores: "global" (finding sentences minus normal ones, by the images' and
// texts' global embeddings) and "local" (the highest patch in the breast of the same difference). Maps: "own" (the
// caption's own sentence on the lesion), "pair" (the difference), "free" (the first sentence on the kind).
// Error(Model) without local heads or text; Error(Data) if the sentences lack a kind or the normal.
class TextAnswerer
{
public:
    TextAnswerer(Model& model, const std::vector<FindingSentence>& sentences, const Legend& legend);
    FindingAnswer operator()(const PreparedImage& prepared, const TrainingImage& image) const;

private:
    struct Pair
    {
        std::vector<float> global, local, free; // differences of means, and one sentence
    };
    std::vector<float> ownSentence(const TrainingImage& image, LesionChannel kind) const;

    Model& m_model;
    const Legend& m_legend;
    std::array<Pair, lesionChannels> m_pairs;
    std::vector<std::vector<float>> m_densities;
    std::vector<float> m_suspicious;
};

// The image's caption's sentence that says there is a lesion of this kind; empty: none.
std::string lesionSentence(const TrainingImage& image, const Legend& legend, LesionChannel kind);

struct FindingEvaluation
{
    Profile profile;
    int inputSize = 518, patch = 14;
    metrics::BootstrapOptions bootstrap;
};
// Over every image of the index: AUC of each score (images with a lesion of the kind against images without), all and by
// conspicuity; pointing hit of each map (its peak in the breast has its centre in a lesion of the kind), with "oracle"
// (some patch has) and "chance" (share of the breast's patches that have); density's balanced accuracy; AUC of
// "suspicious". Each {"value", "low", "high", "n"}, 95 % intervals by patient. Empty: cancelled.
Cancellable<nlohmann::json> evaluateFindings(const TrainingIndex& index, const Answerer& answer, const FindingEvaluation& options, const Job& job = {});

} // namespace mama

#pragma once
#include "core/training/data/training_index.h"

#include <array>
#include <map>
#include <set>
#include <string>

namespace mama {

// What images that evaluations look at show of labels and lesions.
struct EvaluatedImages
{
    std::size_t count = 0;
    std::map<std::string, std::set<int>, std::less<>> classes; // that occur, by label
    std::array<std::size_t, lesionChannels> withLesion{};      // images with one of the kind
    std::size_t ownClasses = 0;                                // of data.label, whether or not they occur

    // images: places of the index that count.
    static EvaluatedImages of(const TrainingIndex& index, const std::vector<std::size_t>& images);
};

// Before the first step of a run that evaluates: Error(Usage) names the setting where no validation image is left
// (evaluate_every), or where those that there are cannot give the figure that picks the best checkpoint (best_metric):
// a class of the label that none of them has, no lesion of the kind.
void checkEvaluation(const Settings& settings, const EvaluatedImages& images);

} // namespace mama

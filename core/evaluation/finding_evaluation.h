#pragma once
#include "core/evaluation/finding_sample.h"
#include "core/image/profile.h"
#include "core/metrics/bootstrap.h"
#include "core/training/data/training_index.h"

#include <functional>
#include <map>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

namespace mama {

// Gives an answer for an image that went through the profile. Index and caption belong to the image: a map may be drawn
// for the sentence that describes it.
using Answerer = std::function<FindingAnswer(const PreparedImage& prepared, const TrainingImage& image)>;
// The same of several that are compared, always as many: ways of drawing maps from one encoding.
using Answerers = std::function<std::vector<FindingAnswer>(const PreparedImage& prepared, const TrainingImage& image)>;

struct FindingEvaluation
{
    Profile profile;
    Extent inputSize = defaultInputSize;
    CellSize patch = defaultPatch;
    metrics::BootstrapOptions bootstrap;
    // Of peaks, by "KIND_MAP", as the thresholds of an earlier evaluation on other images; empty: no activation rates.
    std::map<std::string, double> thresholds;
};

struct FindingFigures
{
    nlohmann::json figures;            // name: {"value", "low", "high", "n"}, 95 % intervals by patient; NaN: none
    nlohmann::json thresholds;         // "KIND_MAP": what nine in ten peaks of images with such a lesion exceed
    std::vector<FindingSample> images; // what they were counted from, in the order of the index
};

// Over every image of the index, KIND being mass or calcification, all and by conspicuity (of an image's plainest
// lesion of the kind):
//   KIND_auc_SCORE: images with a lesion of the kind against images without
//   KIND_hit_MAP: the map's peak in the breast has its centre in such a lesion; KIND_oracle: some patch has;
//     KIND_chance: share of the breast's patches that have
//   KIND_near_MAP, KIND_chance_near: the same within 15 mm of the lesion; KIND_cnr_MAP, KIND_miou_MAP (MapAim)
//   KIND_activation_MAP, KIND_false_activation_MAP: share of images with such a lesion, and of normal ones (BI-RADS 1,
//     no lesion), whose peak exceeds the threshold
//   breast_KIND_auc_SCORE, breast_suspicious_auc, exam_density_balanced_accuracy: of the mean score of the images
//   density_balanced_accuracy; suspicious_auc: BI-RADS 4 and 5 against 1 and 2
// Empty: cancelled.
Cancellable<FindingFigures> evaluateFindings(const TrainingIndex& index, const Answerer& answer,
                                             const FindingEvaluation& options, const Job& job = {});
// Of each answer; intervals are over the same draws of patients.
Cancellable<std::vector<FindingFigures>> compareFindings(const TrainingIndex& index, const Answerers& answers,
                                                         const FindingEvaluation& options, const Job& job = {});

} // namespace mama

#pragma once
#include "core/training/data/training_index.h"

namespace mama {

// Before the first step of a run that evaluates: Error(Usage) names the setting where no validation image is left
// (evaluate_every), or where those that there are cannot give the figure that picks the best checkpoint (best_metric):
// a class of the label that none of them has, no lesion of the kind. images: places of the index that count.
void checkEvaluation(const Settings& settings, const TrainingIndex& index, const std::vector<std::size_t>& images);

} // namespace mama

#pragma once
#include "core/protocol/run_records.h"
#include "core/text/captions/caption_tokens.h"
#include "core/training/data/finding_sentences.h"
#include "core/training/evaluation/evaluation_data.h"
#include "core/training/tasks/pretraining_task.h"

#include <vector>

namespace mama {

// Adds to `record` how well a model in training answers where lesions are, on the validation patients
// (lesion_figures.h), by the difference of the mean sentence on the kind and the mean normal one: "mass_auc",
// "mass_hit", …
void evaluateMaps(const PretrainingTask& task, const CaptionTokenizer& captions,
                  const std::vector<FindingSentence>& sentences, const EvaluationData& data, EvalRecord& record);

} // namespace mama

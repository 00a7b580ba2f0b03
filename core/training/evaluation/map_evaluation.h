#pragma once
#include "core/protocol/run_records.h"
#include "core/text/captions/caption_tokens.h"
#include "core/training/data/finding_sentences.h"
#include "core/training/evaluation/evaluation_data.h"
#include "core/training/tasks/pretraining_task.h"

#include <vector>

namespace mama {

// What is asked of a model in training.
struct MapQuestions
{
    CaptionTokenizer captions;
    std::vector<FindingSentence> sentences;
    std::vector<std::string> readOuts; // of readOutNames()
};

// Adds to `record` how well a model in training answers where lesions are, on the validation patients
// (lesion_figures.h), by the difference of the mean sentence on the kind and the mean normal one: "mass_auc",
// "mass_hit", … of maps as they are trained, "mass_hit_self-2", … of those read out otherwise.
void evaluateMaps(const PretrainingTask& task, const MapQuestions& questions, const EvaluationData& data,
                  EvalRecord& record);

} // namespace mama

#pragma once
#include "core/protocol/run_records.h"
#include "core/text/captions/caption_tokens.h"
#include "core/training/evaluation/evaluation_data.h"
#include "core/training/tasks/pretraining_task.h"

namespace mama {

// Zero-shot figures of a model in training on validation images: the published density and BI-RADS prompts without an
// image's own metadata (which tells screening from diagnostic), so that they are encoded once. Balanced accuracy and
// macro AUC, "density_balanced_accuracy", "birads_auc", …, with 95 % intervals by patient; undefined ones are left out.
EvalRecord evaluateZeroShot(const PretrainingTask& task, const CaptionTokenizer& captions, const EvaluationData& data,
                            std::int64_t step);

} // namespace mama

#pragma once
#include "core/protocol/run_records.h"
#include "core/training/evaluation_data.h"
#include "core/training/warm_start_task.h"

namespace mama {

// What a warm start's own layer reaches on the validation patients, the bound that text queries are held against:
// "mass_auc", "calcification_auc", images with against images without, by the highest patch; "mass_hit" and
// "calcification_hit", share of the images with a lesion whose highest patch has its centre in one, with "…_oracle",
// the share where some patch has. 95 % intervals by patient; undefined figures are left out.
EvalRecord evaluateWarmStart(const WarmStartTask& task, const EvaluationData& data, int patch, std::int64_t step);

} // namespace mama

#pragma once
#include "core/protocol/run_records.h"
#include "core/training/evaluation/evaluation_data.h"
#include "core/training/tasks/warm_start_task.h"

namespace mama {

// What a warm start's own layer reaches on the validation patients (lesion_figures.h), the bound that text queries are
// held against: "mass_auc", "mass_hit", "calcification_auc", …
EvalRecord evaluateWarmStart(const WarmStartTask& task, const EvaluationData& data, std::int64_t step);

} // namespace mama

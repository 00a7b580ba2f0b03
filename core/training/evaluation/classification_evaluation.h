#pragma once
#include "core/protocol/run_records.h"
#include "core/training/evaluation/evaluation_data.h"
#include "core/training/tasks/classification_task.h"

namespace mama {

// Accuracy, balanced accuracy and macro AUC of a classifier on validation images that have a class, with 95 % intervals
// by patient; undefined figures are left out.
EvalRecord evaluateClassification(const ClassificationTask& task, const EvaluationData& data, std::int64_t step);

} // namespace mama

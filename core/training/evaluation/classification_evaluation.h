#pragma once
#include "core/protocol/run_records.h"
#include "core/training/evaluation/evaluation_data.h"
#include "core/training/tasks/classification_task.h"

#include <string>
#include <vector>

namespace mama {

// Accuracy, balanced accuracy and macro AUC of a classifier on validation images that have a class, with 95 % intervals
// by patient; undefined figures are left out.
EvalRecord evaluateClassification(const ClassificationTask& task, const EvaluationData& data, std::int64_t step);
// All figures that it may give.
std::vector<std::string> classificationFigures();

} // namespace mama

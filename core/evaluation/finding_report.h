#pragma once
#include "core/evaluation/finding_evaluation.h"
#include "core/model/model.h"

namespace mama {

// {"model", "data", "images", "figures", "thresholds", "notice"}: figures with where they come from.
nlohmann::json findingReport(const FindingFigures& figures, const ModelInfo& info, const TrainingIndex& index);

// The thresholds of such a document. Error(Format) names the file.
std::map<std::string, double> readThresholds(const std::filesystem::path& file);

} // namespace mama

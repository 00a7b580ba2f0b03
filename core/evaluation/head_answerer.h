#pragma once
#include "core/evaluation/finding_evaluation.h"

namespace mama {

// Answers of a warm start's own layer, the bound of what its tower could tell: scores and maps "head". folder: of its
// model or checkpoint. Errors as WarmStartTask.
Answerer headAnswerer(const std::filesystem::path& folder, int threads);

} // namespace mama

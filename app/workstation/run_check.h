#pragma once
#include <QString>
#include <nlohmann/json_fwd.hpp>

namespace mama {

// What would make a run fail at once: a setting out of its range, a folder or table that is missing, a run that is
// there already. Empty: nothing was found.
QString runProblem(const nlohmann::json& config, const QString& runFolder);

// What the start model's weights, gradients and optimiser need at least, against the memory of this machine.
QString memoryEstimate(const nlohmann::json& config);

} // namespace mama

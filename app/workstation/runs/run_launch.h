#pragma once
#include <QString>
#include <nlohmann/json_fwd.hpp>

namespace mama {

// A run begun or continued as a process of its own (a new session), which outlives the window. What it writes to
// standard error is kept beside the run folder. Both return the reason of a failure, empty if the process started.
QString launchRun(const QString& program, const QString& folder, const nlohmann::json& config);
QString resumeRun(const QString& program, const QString& folder);

// Whether launchRun() was called for this folder.
bool wasLaunched(const QString& folder);
// Why no run is to be seen in a folder: the last words of a process that failed before it wrote one.
QString launchProblem(const QString& folder);

} // namespace mama

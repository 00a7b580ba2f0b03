#pragma once
#include <QString>
#include <nlohmann/json_fwd.hpp>

namespace mama {

// A run begun or continued as a process of its own (a new session), which outlives the window. Its configuration until
// it has its own, and what it writes to standard error, are kept in the cache folder for 30 days. Both return the
// reason of a failure, empty if the process started.
QString launchRun(const QString& program, const QString& folder, const nlohmann::json& config);
QString resumeRun(const QString& program, const QString& folder);

// Whether launchRun() was called for this folder, in which no run was seen since.
bool wasLaunched(const QString& folder);
void launchSeen(const QString& folder); // there is a run
// The last error line of the process begun for this folder; empty: none.
QString lastError(const QString& folder);
// Why no run is to be seen in a folder: the last words of a process that failed before it wrote one.
QString launchProblem(const QString& folder);

} // namespace mama

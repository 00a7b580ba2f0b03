#pragma once
#include "core/base/progress.h"
#include "core/protocol/run_records.h"

#include <filesystem>
#include <nlohmann/json_fwd.hpp>
#include <optional>

namespace mama {

struct TrainRun
{
    std::optional<nlohmann::json> config; // as the user wrote it; empty: that of the run folder (resume)
    std::filesystem::path folder;
    bool resume = false;
};

// A whole run: configuration, data set, prepared images, task, loop. The run folder tells what happens from the first
// second on, failures included. Error(Usage) before anything is touched if the folder holds a run and `resume` is not
// set, if there is none to resume, if its process is still at work, or if a configuration differs from the run's.
RunStatus trainRun(const TrainRun& run, const Job& job);

} // namespace mama

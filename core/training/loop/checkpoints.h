#pragma once
#include "core/protocol/run_folder.h"
#include "core/training/loop/shared_files.h"
#include "core/training/loop/training_task.h"

#include <filesystem>
#include <nlohmann/json.hpp>
#include <optional>
#include <set>

namespace mama {

// The checkpoints of a run: each appears by rename, complete and on disk, or not at all. What never changes in the run
// lies in checkpoints/shared once, and in each checkpoint as a link to it (shared_files.h).
class Checkpoints
{
public:
    // Removes what a kill left half written.
    explicit Checkpoints(const RunFolder& folder);

    // state: trainer.json. On failure nothing is left behind, and the earlier checkpoints are as they were. Error(Io).
    void write(const TrainingTask& task, std::int64_t step, const nlohmann::json& state) const;
    // The last sound one into the task; its trainer.json. Later ones that are damaged (a file is missing, unreadable or
    // not the one that was written, by its SHA-256) are renamed to damaged-step-N and told in the run's log. Empty:
    // there is none. The Error of the last one if none is sound.
    std::optional<nlohmann::json> restore(TrainingTask& task) const;
    // Keeps the last, those of `keep`, and the multiples of `every` (0: none of these).
    void prune(const std::set<std::int64_t>& keep, std::int64_t every) const;

private:
    void putAside(const std::filesystem::path& checkpoint, std::int64_t from) const;

    const RunFolder& m_folder;
    SharedFiles m_shared;
};

} // namespace mama

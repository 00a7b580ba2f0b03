#pragma once
#include "core/protocol/run_records.h"

#include <filesystem>
#include <functional>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string_view>
#include <vector>

namespace mama {

// A folder that a training run writes and that any number of monitors read, also from other machines. One process
// writes at a time. Every failure is an Error(Io) or Error(Format) that names the file.
class RunFolder
{
public:
    // Touches nothing yet.
    explicit RunFolder(std::filesystem::path folder) : m_folder(std::move(folder)) {}

    const std::filesystem::path& path() const { return m_folder; }
    std::filesystem::path configFile() const { return m_folder / "config.json"; }
    std::filesystem::path stateFile() const { return m_folder / "state.json"; }
    std::filesystem::path metricsFile() const { return m_folder / "metrics.jsonl"; }
    std::filesystem::path logFile() const { return m_folder / "log.txt"; }
    std::filesystem::path controlFile() const { return m_folder / "control.json"; }
    std::filesystem::path checkpointFolder() const { return m_folder / "checkpoints"; }
    std::filesystem::path checkpointFolder(std::int64_t step) const;
    // Whether a run was made here: config.json and state.json exist.
    bool exists() const;
    // Whether a run has a hold of it: one that made a step or may be at work. A run that ended before its first step
    // has not.
    bool taken() const;
    // Takes away what a run left that ended before its first step, but for its log.
    void clear() const;

    // For the run. writeConfig() makes the folder; nothing else makes a deleted one again.
    void writeConfig(const nlohmann::json& config) const;
    void writeState(const RunState& state) const; // by rename
    void append(const RunRecord& record) const;   // one write; on a full disk the file is left as it was
    void log(std::string_view text) const;        // with the local time in front
    void flushMetrics() const;                    // what was appended survives a loss of power
    // Drops records past `step`, lines that a kill cut, and what is no record; by rename. kept: called with each that
    // stays; may be empty.
    void truncateMetrics(std::int64_t step, const std::function<void(const RunRecord&)>& kept = {}) const;
    // What a monitor asked since the last call; the file is removed.
    std::optional<ControlRequest> takeControl() const;
    // What is asked and not yet taken; the file stays.
    std::optional<ControlRequest> asked() const;

    // For a monitor.
    nlohmann::json config() const;
    RunState state() const;
    void ask(ControlRequest::Ask ask) const; // replaces what was asked and not yet taken
    struct Checkpoint
    {
        std::int64_t step = 0;
        std::filesystem::path folder;
    };
    std::vector<Checkpoint> checkpoints() const; // complete ones, by step

private:
    std::filesystem::path m_folder;
};

// Follows metrics.jsonl as it grows; parses each complete line once.
class MetricsReader
{
public:
    explicit MetricsReader(std::filesystem::path file) : m_file(std::move(file)) {}

    struct News
    {
        bool restarted = false;  // the file was replaced (a resume): forget what was read before
        bool more = false;       // the limit was reached; call again
        std::size_t refused = 0; // complete lines that are no record
        std::vector<RunRecord> records;
    };
    // At most about `limit` bytes a call. A missing file is an empty one.
    News poll(std::size_t limit = std::size_t{16} << 20);

private:
    std::filesystem::path m_file;
    std::uint64_t m_offset = 0, m_identity = 0;
};

} // namespace mama

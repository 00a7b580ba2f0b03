#pragma once
#include "core/base/user_text.h"
#include "core/protocol/run_notes.h"
#include "core/protocol/run_records.h"

#include <filesystem>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

namespace mama {

// A setting or figure of a run: nothing, a number, or words.
using RunValue = std::variant<std::monostate, double, std::string>;

// What a list of runs shows of one: read from its folder without its curves. One that is broken is an entry too.
class RunEntry
{
public:
    // Never throws: what is wrong stands in problem().
    static RunEntry read(const std::filesystem::path& folder);

    const std::filesystem::path& folder() const { return m_folder; }
    std::string name() const;                             // as people have named it, else the folder's last part
    std::string status() const;                           // as shownStatus(), or "unreadable"
    const UserText& problem() const { return m_problem; } // of a file that cannot be read; the rest is there
    const std::optional<RunState>& state() const { return m_state; }
    const RunNotes& notes() const { return m_notes; }
    const std::optional<StepRecord>& last() const { return m_last; }
    const std::optional<EvalRecord>& evaluation() const { return m_evaluation; } // the latest

    // By name: of the run ("name", "status", "group", "tags", "started", …), a setting by its place in the
    // configuration or the last part of it ("optimizer.max_lr", "max_lr"), or a last figure ("loss", "term clip",
    // "validation density_auc", "density_auc").
    RunValue value(std::string_view key) const;
    // Names that value() knows of this run, in three kinds.
    static const std::vector<std::string>& ownKeys();
    const std::vector<std::pair<std::string, RunValue>>& settings() const { return m_settings; }
    const std::vector<std::pair<std::string, double>>& figures() const { return m_figures; }
    // Name, folder, group, tags, note, task and reason, folded, for a search by words.
    const std::string& words() const { return m_words; }

private:
    void readFiles();
    void readLast();
    void gather();
    std::optional<RunValue> own(std::string_view key) const;

    std::filesystem::path m_folder;
    UserText m_problem;
    std::optional<RunState> m_state;
    RunNotes m_notes;
    nlohmann::json m_config;
    std::optional<StepRecord> m_last;
    std::optional<EvalRecord> m_evaluation;
    std::vector<std::pair<std::string, RunValue>> m_settings;
    std::vector<std::pair<std::string, double>> m_figures;
    std::string m_words;
};

} // namespace mama

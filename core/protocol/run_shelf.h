#pragma once
#include "core/protocol/run_entry.h"

#include <array>
#include <filesystem>
#include <map>
#include <vector>

namespace mama {

// The runs of a folder: itself if it is one, and those right below it. Looked at again and again: only what changed is
// read once more.
class RunShelf
{
public:
    explicit RunShelf(std::filesystem::path folder) : m_folder(std::move(folder)) {}

    struct News
    {
        std::vector<RunEntry> changed; // new ones too
        std::vector<std::filesystem::path> gone;
        UserText problem; // the folder itself cannot be read; what was there counts as gone
    };
    News look();
    std::size_t size() const { return m_known.size(); } // runs at the last look

    // Whether there is any run to be listed.
    static bool holdsRuns(const std::filesystem::path& folder);

private:
    using Stamp = std::array<std::int64_t, 12>; // number, size and time of the four files that an entry is read from
    struct Known
    {
        Stamp stamp{};
        std::optional<RunState> state;
        std::string status;
    };
    static Stamp stampOf(const std::filesystem::path& run);
    static std::vector<std::filesystem::path> runsIn(const std::filesystem::path& folder, UserText& problem);

    std::filesystem::path m_folder;
    std::map<std::filesystem::path, Known> m_known;
};

} // namespace mama

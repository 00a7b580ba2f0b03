#include "core/protocol/run_shelf.h"

#include "core/base/error.h"
#include "core/base/error_actions.h"
#include "core/base/path_text.h"
#include "core/protocol/run_folder.h"
#include "core/protocol/run_liveness.h"

#include <set>
#include <sys/stat.h>

namespace fs = std::filesystem;

namespace mama {
namespace {

// A run that must not be looked into is one that cannot be read, not none.
bool mayBeRun(const fs::path& folder)
{
    std::error_code failed;
    const bool there = fs::exists(RunFolder(folder).stateFile(), failed);
    return there || failed == std::errc::permission_denied;
}

} // namespace

std::vector<fs::path> RunShelf::runsIn(const fs::path& folder, UserText& problem)
{
    std::vector<fs::path> runs;
    if (mayBeRun(folder))
        runs.push_back(folder);
    std::error_code failed;
    fs::directory_iterator entry(folder, failed);
    for (; !failed && entry != fs::directory_iterator(); entry.increment(failed))
        if (std::error_code unknown; entry->is_directory(unknown) && mayBeRun(entry->path()))
            runs.push_back(entry->path());
    if (failed)
        problem = errorText({action::readRun}, pathText(folder), failed.message());
    return runs;
}

bool RunShelf::holdsRuns(const fs::path& folder)
{
    if (mayBeRun(folder))
        return true;
    std::error_code failed;
    fs::directory_iterator entry(folder, failed);
    for (; !failed && entry != fs::directory_iterator(); entry.increment(failed))
        if (std::error_code unknown; entry->is_directory(unknown) && mayBeRun(entry->path()))
            return true;
    return false;
}

RunShelf::Stamp RunShelf::stampOf(const fs::path& run)
{
    const RunFolder files(run);
    Stamp stamp{};
    std::size_t at = 0;
    for (const fs::path& file :
         {files.stateFile(), files.configFile(), run / RunNotes::fileName, files.metricsFile()}) {
        struct stat info
        {
        };
        const bool there = ::stat(file.c_str(), &info) == 0;
        stamp[at++] = there ? static_cast<std::int64_t>(info.st_ino) : -1;
        stamp[at++] = there ? static_cast<std::int64_t>(info.st_size) : -1;
        stamp[at++] = there ? info.st_mtim.tv_sec * 1'000'000'000 + info.st_mtim.tv_nsec : -1;
    }
    return stamp;
}

RunShelf::News RunShelf::look()
{
    News news;
    std::set<fs::path> there;
    for (const fs::path& run : runsIn(m_folder, news.problem)) {
        there.insert(run);
        const Stamp stamp = stampOf(run);
        const auto known = m_known.find(run);
        // A run also dies without a word: nothing in its folder changes.
        if (known != m_known.end() && known->second.stamp == stamp &&
            (!known->second.state || shownStatus(*known->second.state) == known->second.status))
            continue;
        RunEntry entry = RunEntry::read(run);
        m_known[run] = {stamp, entry.state(), entry.status()};
        news.changed.push_back(std::move(entry));
    }
    for (auto known = m_known.begin(); known != m_known.end();)
        if (there.count(known->first) == 0) {
            news.gone.push_back(known->first);
            known = m_known.erase(known);
        } else {
            ++known;
        }
    return news;
}

} // namespace mama

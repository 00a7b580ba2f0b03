#include "core/training/settings/run_needs.h"

#include "core/base/error.h"
#include "core/base/files.h"
#include "core/training/settings/checkpoint_estimate.h"
#include "core/training/settings/start_description.h"

#include <fstream>
#include <numeric>
#include <unistd.h>

namespace fs = std::filesystem;

namespace mama {
namespace {

// Free to this user where a folder is or will be.
double freeDiskAt(const fs::path& folder)
{
    std::error_code failed;
    fs::path place = fs::absolute(folder, failed);
    while (!fs::exists(place, failed) && place.has_relative_path())
        place = place.parent_path();
    const fs::space_info space = fs::space(place, failed);
    return failed ? 0 : static_cast<double>(space.available);
}

} // namespace

double freeMemory()
{
    std::ifstream file("/proc/meminfo");
    std::string word;
    for (double kilobytes = 0; file >> word; file.ignore(1024, '\n'))
        if (word == "MemAvailable:" && file >> kilobytes)
            return kilobytes * 1024;
    return static_cast<double>(::sysconf(_SC_PHYS_PAGES)) * static_cast<double>(::sysconf(_SC_PAGESIZE));
}

RunNeeds needsOf(const Settings& settings, const fs::path& runFolder)
{
    RunNeeds needs;
    needs.freeMemory = freeMemory();
    needs.freeDisk = freeDiskAt(runFolder);
    if (const std::int64_t keep = settings.integer("keep_every"); keep > 0) {
        needs.keptEvery = std::lcm(settings.integer("checkpoint_every"), keep);
        needs.kept = settings.integer("steps") / needs.keptEvery;
    }
    const auto description = [&] { return startDescription(settings); };
    try {
        needs.memory = estimateMemory(settings, description());
    } catch (const std::exception& error) {
        needs.whyUnknown = textOf(error);
    }
    try {
        if (needs.keptEvery > 0)
            needs.disk = estimateCheckpoints(settings, description()).total(needs.kept + 2);
    } catch (const std::exception&) { // the same reason, or a description that the model cannot have been made of
    }
    return needs;
}

} // namespace mama

#pragma once
#include "core/study/scan.h"

#include <filesystem>
#include <vector>

namespace mama {

struct FoundFile
{
    std::filesystem::path path;
    bool named = false;                        // given by the user, or by a DICOMDIR, not found in a folder
    std::filesystem::path archive{}, origin{}; // unpacked: out of which archive, and its place in it
    const std::filesystem::path& place() const { return origin.empty() ? path : origin; }
};

// The files given and those in the folders given, to the bottom, in order of their paths. Links to folders are followed
// after everything that is there in its own right, and no folder is read twice: loops end. Unreadable ones are
// problems.
std::vector<FoundFile> listFiles(const std::vector<std::filesystem::path>& paths, const Job& job,
                                 std::vector<ScanProblem>& problems);

} // namespace mama

#pragma once
#include "core/study/list_files.h"

#include <memory>
#include <vector>

namespace mama {

class PrivateFolder;

// Files, and what holds those that were unpacked.
struct MediaFiles
{
    std::vector<FoundFile> files; // in order of their paths, each once
    std::vector<std::shared_ptr<const PrivateFolder>> unpacked;
};

// The files of listFiles; in place of a ZIP archive that was named those in it, in place of a DICOMDIR that was named
// those that it names. What cannot be had is a problem, and the rest goes on. Empty: cancelled.
Cancellable<MediaFiles> openMedia(const std::vector<std::filesystem::path>& paths, const Job& job,
                                  std::vector<ScanProblem>& problems);

} // namespace mama

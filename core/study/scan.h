#pragma once
#include "core/base/progress.h"
#include "core/base/user_text.h"
#include "core/study/study.h"

#include <filesystem>
#include <string>
#include <vector>

namespace mama {

struct ScanProblem
{
    std::filesystem::path path;
    UserText reason;
    bool refused = true; // false: no image and none expected (a report, a text file), listed by its kind only
};

struct ScanReport
{
    std::vector<Study> studies;
    std::vector<ScanProblem> problems; // refused files, each with its reason; others by kind ("structured report")
    std::vector<ScanProblem> others;   // no images and none claimed: tables, notes, lesion masks, a system's files
};

// Files, folders (recursively), ZIP archives and DICOMDIRs that are named, grouped into studies, sides and views
// resolved, hung. Empty: cancelled. readPixels: look for mirrored storage and the chest wall in the pixels (slower).
struct ScanOptions
{
    bool readPixels = true;
    int threads = 0; // 0: as many as there are processors, at most 8
};
Cancellable<ScanReport> scan(const std::vector<std::filesystem::path>& paths, const Job& job = {},
                             const ScanOptions& options = {});

} // namespace mama

#pragma once
#include "core/base/progress.h"
#include "core/library/collection/cohorts.h"

#include <filesystem>

namespace mama {

struct TrainingExport
{
    std::int64_t studies = 0, patients = 0, images = 0, findings = 0, missing = 0; // missing: images without a file now
    std::string cohortHash, splitHash;
    std::vector<std::string> licences; // of the data sets in it
};

// Hands a split cohort over to training as a folder: tables in EMBED's layout with absolute paths, a legend of the
// codes that occur, split.csv (patient, part) for data.split_file, and cohort.json (hashes, expression, licences,
// counts). A study's patient is written as data set and key, so that two sets in one cohort do not mix. Error(Usage)
// without a split or where the folder holds something already; empty if cancelled, and then nothing is left there.
Cancellable<TrainingExport> exportTraining(Library& library, const std::string& cohort,
                                           const std::filesystem::path& folder, const Job& job = {});

} // namespace mama

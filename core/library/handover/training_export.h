#pragma once
#include "core/base/progress.h"
#include "core/library/studies/cohorts.h"

#include <filesystem>
#include <map>

namespace mama {

struct TrainingExport
{
    std::int64_t studies = 0, patients = 0, images = 0, findings = 0, missing = 0; // missing: images without a file now
    std::int64_t captions = 0;                                                     // images with a whole caption
    std::int64_t lesions = 0;                                                      // masks of masses and calcifications
    std::int64_t otherMarks =
        0; // marks that became no mask: of another kind, outside of the image, or without its size
    std::map<std::string, std::int64_t> labels; // images that have one, by column
    std::string cohortHash, splitHash;
    CohortSplit split;                 // that split.csv is of
    std::vector<std::string> licences; // of the data sets in it
};

// Hands a split cohort over to training as a folder: tables in EMBED's layout with absolute paths, a legend of the
// codes that occur, split.csv (patient, part) for data.split_file, lesions.csv and masks of what was marked,
// cohort.json (hashes, expression, licences, counts), and train.json with the settings that name all this. A study's
// patient is written as data set and key, so that two sets in one cohort do not mix. Every label is a column of the
// table of images or findings, for data.label. Error(Usage) without a split, or one of the
// seed, or where the folder holds something
// already; empty if cancelled. Nothing is left there by what did not end well.
Cancellable<TrainingExport> exportTraining(Library& library, const SplitChoice& choice,
                                           const std::filesystem::path& folder, const Job& job = {});
// Error(Usage) where the folder holds something already.
void checkExportFolder(const std::filesystem::path& folder);

} // namespace mama

#pragma once
#include "core/base/progress.h"

#include <cstdint>
#include <filesystem>

namespace mama {

// Seeds from here up are for evaluation only: never train on them.
constexpr std::uint64_t firstEvaluationSeed = 1000000;

struct PhantomOptions
{
    std::uint64_t seed = 0; // patient i has seed + i
    int studies = 1;        // patients, each with one current study
    std::filesystem::path folder;
    int rows = 1024, columns = 832; // 64 to 4096
    int threads = 0;                // 0: all cores
    double priors = 0.2;            // share of the patients with an earlier exam beside the current one
    bool balanced = false;          // densities A to D in equal shares instead of 10, 40, 40, 10 %
};

struct PhantomSummary
{
    int studies = 0, priors = 0;                         // current studies, and earlier ones beside them
    int images = 0, lesions = 0, studiesWithFinding = 0; // of both
    double seconds = 0;
};

// Synthetic screening studies of four views in EMBED's layout: images/, masks/, tables/, lesions.csv, studies.csv.
// Equal options give equal bytes on one machine; anatomy and lesions in mm do not depend on the size, nor a current
// study on the share of priors. Files of an earlier call with the same names are replaced. Empty when cancelled: images
// may lie there, the tables do not. Error(Usage) for sizes and counts out of range, Error(Io) naming the file.
Cancellable<PhantomSummary> writePhantoms(const PhantomOptions& options, const Job& job);

} // namespace mama

#pragma once
#include "core/base/progress.h"
#include "core/library/studies/cohorts.h"

#include <filesystem>

namespace mama {

// A cohort as one file for other programs.
struct CohortFile
{
    // Csv: a row an image, labels as columns; beside it, as NAME.about.json, where it comes from. Coco: images and
    // annotations with ids from 1, regions as boxes and polygons in stored pixels, labels as attributes. JsonLines: a
    // line a study, the first says where it comes from.
    enum class Form { Csv, Coco, JsonLines } form = Form::Csv;
    std::filesystem::path file; // replaced if it is there; "-" is standard output
    bool identifiers = false;   // patients' and studies' own names, and paths, which hold them; else numbers alone
};

struct CohortFileMade
{
    std::int64_t studies = 0, images = 0, annotations = 0;
    std::vector<std::string> licences;
};

// All of them say: query, hashes of cohort and split, hashes of the models whose embeddings the library has, licences.
// Empty if cancelled: then there is no file, or the one that was there.
Cancellable<CohortFileMade> exportCohort(Library& library, const std::string& cohort, const CohortFile& wanted,
                                         const Job& job = {});

} // namespace mama

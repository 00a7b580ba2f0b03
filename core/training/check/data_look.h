#pragma once
#include "core/training/check/data_check.h"

#include <vector>

namespace mama {

// What a run would find in its tables. sentences: images of each part, rows left out and why, classes, cohort and terms
// of the data.
struct DataLook
{
    DataFacts facts;
    std::vector<UserText> sentences;
};

// For form and command, before a launch: no image is looked for. Errors as readTrainingIndex().
DataLook lookAtData(const Settings& settings);

} // namespace mama

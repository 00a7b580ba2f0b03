#pragma once
#include "core/base/user_text.h"
#include "core/training/settings/settings.h"

#include <vector>

namespace mama {

// What a run would find in its tables, a sentence each: images of each part, rows left out and why, classes, cohort and
// terms of the data. For form and command, before a launch: no image is looked for. Errors as readTrainingIndex().
std::vector<UserText> dataSentences(const Settings& settings);

} // namespace mama

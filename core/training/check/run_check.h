#pragma once
#include "core/training/settings/settings.h"

#include <string>
#include <vector>

namespace mama {

// What is wrong with a run that is about to begin, beside what no configuration may hold: Error(Usage) names a setting
// that would have no effect, or nothing to work on, without another one.
void checkNewRun(const Settings& settings);

// What a configuration does that its author may not expect, a sentence each.
std::vector<UserText> runWarnings(const Settings& settings);
// The read-outs that evaluate_map_ways names, each once. Error(Usage) names one that there is not.
std::vector<std::string> evaluatedMapWays(const Settings& settings);

// Whether a pre-training has terms with masks beside MaMA's.
bool trainsOnMasks(const Settings& settings);

} // namespace mama

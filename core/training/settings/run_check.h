#pragma once
#include "core/training/settings/settings.h"

#include <span>
#include <string>
#include <vector>

namespace mama {

// What is wrong with a run that is about to begin, beside what no configuration may hold: Error(Usage) names a setting
// that would have no effect, or nothing to work on, without another one.
void checkNewRun(const Settings& settings);

// What a configuration does that its author may not expect, a sentence each.
std::vector<UserText> runWarnings(const Settings& settings);
// Of a run on so many training images.
std::vector<UserText> dataWarnings(const Settings& settings, std::size_t trainingImages, int processes);

// The read-outs that evaluate_map_ways names, each once. Error(Usage) names one that there is not.
std::vector<std::string> evaluatedMapWays(const Settings& settings);

// Error(Usage) if best_metric is set and none of the figures that the run's evaluation gives.
void checkBestMetric(const Settings& settings, std::span<const std::string> figures);

} // namespace mama

#pragma once
#include "core/training/settings/settings.h"

#include <span>
#include <string>
#include <vector>

namespace mama {

// What is wrong with a run that is about to begin, beside what no configuration may hold: Error(Usage) names a setting
// that would have no effect without another one.
void checkNewRun(const Settings& settings);

// Error(Usage) names, all at once, what a run cannot begin without and the configuration does not give: the model to
// start from and the data set, each a folder that is there.
void checkSources(const Settings& settings);

// What a configuration does that its author may not expect, a sentence each.
std::vector<UserText> runWarnings(const Settings& settings);
// Of a run on so many training images.
std::vector<UserText> dataWarnings(const Settings& settings, std::size_t trainingImages, int processes);

// Error(Usage) if best_metric is set and none of the figures that the run's evaluation gives.
void checkBestMetric(const Settings& settings, std::span<const std::string> figures);

} // namespace mama

#pragma once
#include "core/training/settings/settings.h"

namespace mama {

// model.start may be the name of an installed model, as everywhere: then its folder stands in the configuration that is
// given back. Error(Usage) names the models that there are.
nlohmann::json withNamedStart(nlohmann::json config);

// Error(Usage) names, all at once, the settings without which a run cannot begin or whose files it cannot use: the
// model to start from, the data set (one that this program knows and does not read is named), sentences, profile, and
// the folder for prepared images. The window's form and the command ask alike.
void checkSources(const Settings& settings);

} // namespace mama

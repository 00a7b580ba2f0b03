#pragma once
#include "core/training/settings/settings.h"

namespace mama {

// The one table of settings; see trainingSettings().
const std::vector<SettingInfo>& settingsTable();

// Where `when` has the value `is`, the default of `key` is another one.
struct SettingPreset
{
    const char* when;
    const char* is;
    const char* key;
    nlohmann::json value;
};
const std::vector<SettingPreset>& settingPresets();

} // namespace mama

#pragma once
#include "core/training/settings/setting_key.h"

#include <nlohmann/json.hpp>
#include <vector>

namespace mama {

// Where a choice has this value, the default of `key` is another one.
struct SettingPreset
{
    SettingChoice when;
    SettingKey key;
    nlohmann::json value;
};
const std::vector<SettingPreset>& settingPresets();

} // namespace mama

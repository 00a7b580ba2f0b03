#pragma once
#include "core/training/settings/settings.h"

#include <QString>
#include <nlohmann/json.hpp>

namespace mama {

// Where a setting stands in a configuration: "data.root" at /data/root.
nlohmann::json::json_pointer pointerOf(std::string key);
// A value of a configuration as the form shows it, and back. What cannot be read as a number stays a text, so that the
// check names it.
QString textOf(const nlohmann::json& value);
nlohmann::json valueOf(const SettingInfo& info, const QString& text);
// "1 to 64", "0 or more"; empty where the setting is no number.
QString rangeOf(const SettingInfo& info);

} // namespace mama

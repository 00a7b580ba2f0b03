#pragma once
#include "core/training/settings/setting_key.h"

#include <cstdint>
#include <nlohmann/json.hpp>
#include <span>
#include <string>
#include <vector>

namespace mama {

// One setting of a training run, a row of settings_table.h: what a form shows and what a configuration file may hold.
struct SettingInfo
{
    using Type = SettingType;
    std::string key; // place in the file, members joined by dots: "data.root"
    Type type = Type::Text;
    nlohmann::json standard;          // the default where no preset changes it
    double low = 0, high = 0;         // of integers and numbers, both allowed
    std::vector<std::string> choices; // of Choice; of Text some that are offered
    UserText unit;                    // "steps", "pixels", …; empty: a bare number or no number
    UserText meaning;                 // one line
};
const char* name(SettingInfo::Type type); // "flag", "integer", "number", "text", "choice"

// Every setting, in the order of a form.
std::span<const SettingInfo> trainingSettings();

// A complete, checked configuration.
class Settings
{
public:
    // Fills in the defaults; what `task` and `augment.set` are changes some of them. Error(Usage) names the key that
    // is unknown, of a wrong type, or out of its range.
    static Settings resolve(const nlohmann::json& config);
    // The default of a setting in a configuration that says `config` (which may be incomplete).
    static nlohmann::json defaultOf(const SettingInfo& info, const nlohmann::json& config);

    // Files and folders from the working folder on, so that the run can go on from any other one.
    void makePathsAbsolute();

    bool flag(FlagKey key) const;
    std::int64_t integer(IntegerKey key) const;
    double number(NumberKey key) const;
    const std::string& text(TextKey key) const; // also of a choice
    bool is(const SettingChoice& choice) const; // is({"task", "pretrain"})

    std::string shown(std::string_view key) const;            // as the file holds it
    const nlohmann::json& toJson() const { return m_values; } // nested as in the file
    // Keys in which two configurations differ, in the order of the table.
    std::vector<std::string> differences(const Settings& other) const;

private:
    const nlohmann::json& value(std::string_view key) const;

    nlohmann::json m_values;
};

} // namespace mama

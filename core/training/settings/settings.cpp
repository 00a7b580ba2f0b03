#include "core/training/settings/settings.h"

#include "core/base/error.h"
#include "core/base/error_actions.h"
#include "core/training/settings/setting_presets.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <filesystem>

namespace mama {
namespace {

using nlohmann::json;
using Type = SettingInfo::Type;

SettingInfo infoOf(const SettingRow& row)
{
    SettingInfo info{std::string(row.key), row.type, {}, row.low, row.high, {}, {row.unit}, {row.meaning}};
    std::visit([&](const auto& value) { info.standard = value; }, row.standard);
    for (const std::string_view choice : row.choices)
        if (!choice.empty())
            info.choices.emplace_back(choice);
    return info;
}

[[noreturn]] void wrong(const std::string& key, const UserText& why)
{
    throw Error(ErrorCode::Usage, {action::readConfiguration}, key, why);
}

json::json_pointer pointerOf(std::string_view dotted)
{
    std::string key(dotted);
    std::replace(key.begin(), key.end(), '.', '/');
    return json::json_pointer("/" + key);
}

std::string shortNumber(double value)
{
    return json(value == std::floor(value) ? json(static_cast<std::int64_t>(value)) : json(value)).dump();
}

// Settings that go together.
void checkTogether(const Settings& settings)
{
    if (settings.number("schedule.min_lr") > settings.number("schedule.max_lr"))
        wrong("schedule.min_lr", {TextId("setting.above_max_lr", "must not be above schedule.max_lr")});
    if (const double factor = settings.number("stop.divergence"); factor > 0 && factor <= 1)
        wrong("stop.divergence", {TextId("setting.not_above_one", "must be above 1, or 0 for never")});
    if (settings.number("data.validation_share") + settings.number("data.test_share") >= 1)
        wrong("data.test_share",
              {TextId("setting.no_patients_left", "leaves no patients for training beside data.validation_share")});
}

void checkNumber(const SettingInfo& info, const json& value)
{
    if (!value.is_number() || (info.type == Type::Integer && std::floor(value.get<double>()) != value.get<double>()))
        wrong(info.key, info.type == Type::Integer
                            ? UserText{TextId("setting.no_whole_number", "must be a whole number")}
                            : UserText{TextId("setting.no_number", "must be a number")});
    const double number = value.get<double>();
    if (!(number >= info.low && number <= info.high))
        wrong(info.key, {TextId("setting.out_of_range", "%1 is out of range, expected %2 to %3"), value.dump(),
                         shortNumber(info.low), shortNumber(info.high)});
}

void check(const SettingInfo& info, const json& value)
{
    if (info.type == Type::Integer || info.type == Type::Number)
        return checkNumber(info, value);
    if (info.type == Type::Flag) {
        if (!value.is_boolean())
            wrong(info.key, {TextId("setting.no_flag", "must be true or false")});
        return;
    }
    if (!value.is_string())
        wrong(info.key, {TextId("setting.no_text", "must be a text")});
    if (info.type == Type::Choice &&
        std::find(info.choices.begin(), info.choices.end(), value.get<std::string>()) == info.choices.end()) {
        std::string all;
        for (const std::string& choice : info.choices)
            all += (all.empty() ? "" : ", ") + choice;
        wrong(info.key, {TextId("setting.none_of", "%1 is none of %2"), value.dump(), all});
    }
}

// Every leaf of the file must be a setting, every branch the beginning of one.
void checkKeys(const json& config, const std::string& above)
{
    for (const auto& [member, value] : config.items()) {
        const std::string key = above + member;
        if (setting_table::find(key))
            continue;
        const bool branch = std::any_of(std::begin(setting_table::rows), std::end(setting_table::rows),
                                        [&](const SettingRow& row) { return row.key.starts_with(key + "."); });
        if (!branch || !value.is_object())
            wrong(key, branch ? UserText{TextId("setting.no_object", "must be an object with settings inside")}
                              : UserText{TextId("setting.unknown", "is no setting of a training run")});
        checkKeys(value, key + ".");
    }
}

} // namespace

const char* name(Type type)
{
    constexpr std::array names = {"flag", "integer", "number", "text", "choice"};
    return names[static_cast<std::size_t>(type)];
}

std::span<const SettingInfo> trainingSettings()
{
    static const std::vector<SettingInfo> settings = [] {
        std::vector<SettingInfo> all;
        for (const SettingRow& row : setting_table::rows)
            all.push_back(infoOf(row));
        return all;
    }();
    return settings;
}

json Settings::defaultOf(const SettingInfo& info, const json& config)
{
    for (const SettingPreset& preset : settingPresets())
        if (info.key == preset.key.key() && config.is_object() &&
            config.value(pointerOf(preset.when.key()), json()) == preset.when.value())
            return preset.value;
    return info.standard;
}

Settings Settings::resolve(const json& config)
{
    if (!config.is_object())
        wrong("configuration", {TextId("setting.no_json_object", "is not a JSON object")});
    checkKeys(config, "");
    Settings settings;
    settings.m_values = json::object();
    for (const SettingInfo& info : trainingSettings()) {
        const auto place = pointerOf(info.key);
        json value = config.contains(place) ? config.at(place) : defaultOf(info, config);
        check(info, value);
        if (info.type == Type::Integer)
            value = static_cast<std::int64_t>(value.get<double>());
        else if (info.type == Type::Number)
            value = value.get<double>();
        settings.m_values[place] = std::move(value);
    }
    if (settings.integer("schedule.warm_up_steps") >= settings.integer("steps")) {
        // A short run keeps the shape of a long one when nobody chose the warm-up.
        if (config.contains(pointerOf("schedule.warm_up_steps")))
            wrong("schedule.warm_up_steps",
                  {TextId("setting.not_below_steps", "must be below steps, %1"), settings.integer("steps")});
        settings.m_values["schedule"]["warm_up_steps"] = settings.integer("steps") / 10;
    }
    checkTogether(settings);
    return settings;
}

void Settings::makePathsAbsolute()
{
    for (const TextKey key :
         {TextKey("model.start"), TextKey("model.text_tower"), TextKey("data.root"), TextKey("data.images"),
          TextKey("data.tables"), TextKey("data.split_file"), TextKey("data.cache"), TextKey("dense.sentences")})
        if (json& value = m_values.at(pointerOf(key.key())); !value.get_ref<const std::string&>().empty())
            value = std::filesystem::absolute(value.get<std::string>()).lexically_normal().string();
}

const json& Settings::value(std::string_view key) const { return m_values.at(pointerOf(key)); }

std::string Settings::shown(std::string_view key) const { return value(key).dump(); }
bool Settings::flag(FlagKey key) const { return value(key.key()).get<bool>(); }
std::int64_t Settings::integer(IntegerKey key) const { return value(key.key()).get<std::int64_t>(); }
double Settings::number(NumberKey key) const { return value(key.key()).get<double>(); }
const std::string& Settings::text(TextKey key) const { return value(key.key()).get_ref<const std::string&>(); }
bool Settings::is(const SettingChoice& choice) const { return value(choice.key()) == choice.value(); }

std::vector<std::string> Settings::differences(const Settings& other) const
{
    std::vector<std::string> keys;
    for (const SettingInfo& info : trainingSettings())
        if (value(info.key) != other.value(info.key))
            keys.push_back(info.key);
    return keys;
}

} // namespace mama

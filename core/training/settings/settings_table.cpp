#include "core/training/settings/settings.h"

#include <initializer_list>
#include <type_traits>

namespace mama {
namespace {

using nlohmann::json;

SettingInfo infoOf(const SettingRow& row)
{
    SettingInfo info{std::string(row.key),    row.type, {}, row.low, row.high, {}, std::string(row.unit),
                     std::string(row.meaning)};
    std::visit([&](const auto& value) { info.standard = value; }, row.standard);
    for (const std::string_view choice : row.choices)
        if (!choice.empty())
            info.choices.emplace_back(choice);
    return info;
}

struct Change
{
    SettingKey key;
    json value;
};
using Changes = std::initializer_list<Change>;

} // namespace

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

const std::vector<SettingPreset>& settingPresets()
{
    static const std::vector<SettingPreset> presets = [] {
        std::vector<SettingPreset> all;
        for (const SettingChoice task : {SettingChoice("task", "probe"), SettingChoice("task", "finetune")})
            for (const auto& [key, value] : Changes{{"schedule.max_lr", 5e-4},
                                                    {"schedule.min_lr", 1e-5},
                                                    {"schedule.warm_up_steps", 100},
                                                    {"steps", 8000},
                                                    {"accumulation", 1},
                                                    {"optimizer.weight_decay", 1e-3},
                                                    {"sampler", "balanced"},
                                                    {"data.label", "birads"},
                                                    {"pairs.second_view", 0.0}})
                all.push_back({task, key, value});
        for (const auto& [key, value] : Changes{{"augment.crop_area_low", 1.0},
                                                {"augment.crop_ratio", 1.0},
                                                {"augment.flip_horizontal", 0.0},
                                                {"augment.flip_vertical", 0.0},
                                                {"augment.jitter_share", 1.0},
                                                {"augment.brightness", 0.2},
                                                {"augment.contrast", 0.2},
                                                {"augment.blur_share", 0.0}}) {
            all.push_back({{"augment.set", "light"}, key, value});
            const bool kept = key.key().starts_with("augment.crop");
            all.push_back({{"augment.set", "none"}, key, kept ? value : json(0.0)});
        }
        return all;
    }();
    return presets;
}

} // namespace mama

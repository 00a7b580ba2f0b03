#include "core/training/settings/setting_presets.h"

#include <initializer_list>

namespace mama {
namespace {

using nlohmann::json;

struct Change
{
    SettingKey key;
    json value;
};
using Changes = std::initializer_list<Change>;

} // namespace

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

#include "app/workstation/runs/run_presets.h"

#include "core/training/settings/settings.h"

#include <QDir>
#include <QFile>
#include <QFileInfo>
#include <QStandardPaths>
#include <algorithm>

namespace mama {
namespace {

using nlohmann::json;

// A configuration of the demo's, as it is in resources/demo, without the folders of the machine it was made on. The
// sentences that it needs as a file are put among the program's data.
json demoPreset(const QString& name)
{
    QFile file(QStringLiteral(":/demo/%1.json").arg(name));
    json config = file.open(QIODevice::ReadOnly) ? json::parse(file.readAll().toStdString(), nullptr, false) : json();
    if (!config.is_object())
        return json::object();
    for (const auto& [group, key] : {std::pair{"model", "start"}, {"data", "root"}, {"data", "cache"}})
        if (config.contains(group))
            config[group].erase(key);
    if (config.contains("dense") && config["dense"].contains("sentences")) {
        const QString place =
            QStandardPaths::writableLocation(QStandardPaths::AppDataLocation) + QStringLiteral("/demo-sentences.json");
        QDir().mkpath(QFileInfo(place).path());
        QFile::remove(place); // of an earlier version
        QFile::copy(QStringLiteral(":/demo/sentences.json"), place);
        config["dense"]["sentences"] = place.toStdString();
    }
    return config;
}

} // namespace

std::vector<RunPreset> builtInPresets()
{
    std::vector<RunPreset> presets{
        {RunPreset::tr("MaMA, the reference's settings"), json::object()},
        {RunPreset::tr("Demo: a tower on phantom masks (needs phantoms)"), demoPreset(QStringLiteral("warm-start"))},
        {RunPreset::tr("Demo: a small model on phantoms"), demoPreset(QStringLiteral("pretrain"))},
        {RunPreset::tr("Linear probe of BI-RADS"), {{"task", "probe"}}},
        {RunPreset::tr("Fine-tuning for BI-RADS"), {{"task", "finetune"}}},
        {RunPreset::tr("Fine-tuning for BI-RADS by adapters (LoRA), the tower frozen"),
         {{"task", "finetune"}, {"model", {{"image_training", "lora"}}}}},
        {RunPreset::tr("MaMA's losses on a public model's towers (BiomedCLIP, CLIP, SigLIP, DINOv2)"),
         {{"model", {{"text_training", "lora"}}}, {"optimizer", {{"tower_factor", 0.25}}}}}};
    for (RunPreset& preset : presets)
        preset.config["keep_every"] = keepEveryFor(preset.config);
    return presets;
}

std::int64_t keepEveryFor(const json& config)
{
    const auto setting = [&config](const char* key) {
        for (const SettingInfo& info : trainingSettings())
            if (info.key == key)
                return config.is_object() && config.contains(key) && config.at(key).is_number_integer()
                           ? config.at(key).get<std::int64_t>()
                           : Settings::defaultOf(info, config).get<std::int64_t>();
        return std::int64_t{1};
    };
    const std::int64_t every = std::max<std::int64_t>(1, setting("checkpoint_every"));
    return every * std::max<std::int64_t>(1, (setting("steps") + 5 * every) / (10 * every));
}

} // namespace mama

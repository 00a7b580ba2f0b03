#include "core/training/settings/trained_tensors.h"

#include "core/base/error.h"
#include "core/base/error_actions.h"
#include "core/weights/families/canonical_names.h"

#include <nlohmann/json.hpp>

namespace mama {
namespace {

const std::string lastImageNorm = names::imageTower + "norm.";

bool isAdapter(const std::string& name) { return name.find(".lora_") != std::string::npos; }

bool towerTrains(const std::string& name, const TrainedParts& parts)
{
    if (name.ends_with("mask_token") || (name.starts_with(lastImageNorm) && !parts.lastNorm))
        return false;
    return parts.image == ImageTraining::Lora ? isAdapter(name)
                                              : parts.image == ImageTraining::Full && !isAdapter(name);
}

} // namespace

ImageTraining imageTrainingOf(const std::string& name)
{
    if (name == "full")
        return ImageTraining::Full;
    if (name == "lora")
        return ImageTraining::Lora;
    if (name == "frozen")
        return ImageTraining::Frozen;
    throw Error(ErrorCode::Usage, {action::train}, "model.image_training",
                {TextId("setting.unknown_image_training", "\"%1\" is none of full, lora, frozen"), name});
}

bool lastNormTrains(const nlohmann::json& description)
{
    const nlohmann::json image = description.value("image", nlohmann::json());
    return image.is_object() && image.value("pooling", std::string("mean-prenorm")) != "mean-prenorm";
}

TextTraining textTrainingOf(const std::string& name)
{
    if (name == "lora")
        return TextTraining::Lora;
    if (name == "full")
        return TextTraining::Full;
    if (name == "frozen")
        return TextTraining::Frozen;
    if (name == "fixed")
        return TextTraining::Fixed;
    throw Error(ErrorCode::Usage, {action::train}, "model.text_training",
                {TextId("setting.unknown_text_training", "\"%1\" is none of lora, full, frozen, fixed"), name});
}

bool isStatistic(const std::string& name)
{
    return name.ends_with("running_mean") || name.ends_with("running_var") || name.ends_with("num_batches_tracked");
}

bool pretrainingTrains(const std::string& name, const TrainedParts& parts)
{
    if (isStatistic(name))
        return false;
    if (name.starts_with(names::imageTower))
        return towerTrains(name, parts);
    const TextTraining text = parts.text;
    if (!name.starts_with(names::textTower))
        return text != TextTraining::Fixed || !name.starts_with(names::textEncoder);
    return text == TextTraining::Lora ? isAdapter(name) : text == TextTraining::Full && !isAdapter(name);
}

bool classifierTrains(const std::string& name, const TrainedParts& parts)
{
    if (name == names::imageGlobal + ".weight" || name == names::imageGlobal + ".bias")
        return true;
    return name.starts_with(names::imageTower) && !isStatistic(name) && towerTrains(name, parts);
}

bool warmStartTrains(const std::string& name)
{
    return name.starts_with(names::imageTower) && !isStatistic(name) && !name.ends_with("mask_token");
}

bool worthSharing(double frozen, double model) { return 10 * frozen >= model; }

} // namespace mama

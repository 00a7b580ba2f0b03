#include "core/training/settings/trained_tensors.h"

#include "core/base/error.h"
#include "core/base/error_actions.h"
#include "core/weights/families/canonical_names.h"

namespace mama {
namespace {

const std::string lastImageNorm = names::imageTower + "norm.";

} // namespace

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

bool pretrainingTrains(const std::string& name, TextTraining text)
{
    if (isStatistic(name) || name.ends_with("mask_token") || name.starts_with(lastImageNorm))
        return false;
    if (!name.starts_with(names::textTower))
        return text != TextTraining::Fixed || !name.starts_with(names::textEncoder);
    const bool adapter = name.find(".lora_") != std::string::npos;
    return text == TextTraining::Lora ? adapter : text == TextTraining::Full && !adapter;
}

bool classifierTrains(const std::string& name, bool wholeTower)
{
    if (name == names::imageGlobal + ".weight" || name == names::imageGlobal + ".bias")
        return true;
    // The mean of the tokens is taken before the last norm; the mask token is unused.
    return wholeTower && !isStatistic(name) && name.starts_with(names::imageTower) &&
           !name.starts_with(lastImageNorm) && !name.ends_with("mask_token");
}

bool warmStartTrains(const std::string& name)
{
    return name.starts_with(names::imageTower) && !isStatistic(name) && !name.ends_with("mask_token");
}

bool worthSharing(double frozen, double model) { return 10 * frozen >= model; }

} // namespace mama

#include "core/training/settings/trained_tensors.h"

#include "core/base/error.h"

namespace mama {

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
    throw Error(ErrorCode::Usage, "train", "model.text_training",
                "\"" + name + "\" is none of lora, full, frozen, fixed");
}

bool isStatistic(const std::string& name)
{
    return name.ends_with("running_mean") || name.ends_with("running_var") || name.ends_with("num_batches_tracked");
}

bool pretrainingTrains(const std::string& name, TextTraining text)
{
    if (isStatistic(name) || name.ends_with("mask_token") || name.starts_with("img_encoder_q.model.norm."))
        return false;
    if (!name.starts_with("text_encoder_q.model."))
        return text != TextTraining::Fixed || !name.starts_with("text_encoder_q.");
    const bool adapter = name.find(".lora_") != std::string::npos;
    return text == TextTraining::Lora ? adapter : text == TextTraining::Full && !adapter;
}

bool classifierTrains(const std::string& name, bool wholeTower)
{
    if (name == classifierWeight || name == classifierBias)
        return true;
    // The mean of the tokens is taken before the last norm; the mask token is unused.
    return wholeTower && !isStatistic(name) && name.starts_with("img_encoder_q.model.") &&
           !name.starts_with("img_encoder_q.model.norm.") && !name.ends_with("mask_token");
}

bool warmStartTrains(const std::string& name)
{
    return name.starts_with("img_encoder_q.model.") && !isStatistic(name) && !name.ends_with("mask_token");
}

bool worthSharing(double frozen, double model) { return 10 * frozen >= model; }

std::vector<std::string> adapterTargets(const std::string& family)
{
    if (family == "gpt2")
        return {"c_attn"};
    return family == "bert" ? std::vector<std::string>{"query", "value"} : std::vector<std::string>{"q_proj", "v_proj"};
}

} // namespace mama

#pragma once
#include "core/base/user_text.h"
#include "core/image/model_input.h"
#include "core/training/settings/settings.h"

#include <filesystem>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

// What a run begins with, before a tensor is read: MaMA's own model, another group's, or one tower. No Torch.
namespace mama {

// model.json of a model folder, or what one would say of a checkpoint (.pth, .bin, .tar, a Hugging Face folder).
// Error(Model) or Error(Format) names what is wrong with it.
nlohmann::json describeModel(const std::filesystem::path& modelOrCheckpoint);

// The description that the run's model has from its first step on. A pre-training that starts from another group's
// model keeps its towers, how they are pooled and its projections, and gets the heads that MaMA has beside; its
// captions are written for the tokenizer of its language model, which model.text_tower may name another source of. All
// other tasks keep the image tower alone. Error(Usage) names a setting that the start has nothing for.
nlohmann::json startDescription(const Settings& settings);

// Pixels of the pictures that a model of this description is trained on. Error(Usage) if its image tower does not take
// them.
Extent inputSizeOf(const Settings& settings, const nlohmann::json& description);

// "trained_on" of what the run trains on such data: of the data, the start, and its language model if that is another
// one's (trainedFrom()). Empty data: empty, as it is not known what is added to the start's.
std::string trainedOnWith(const Settings& settings, const std::string& data);

// What the run starts from, what that was trained on and under which terms weights that are trained from it may be
// passed on, a sentence each. Errors as startDescription().
std::vector<UserText> startSentences(const Settings& settings);

} // namespace mama

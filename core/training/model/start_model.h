#pragma once
#include <cstdint>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

namespace mama {

// A model to begin training with where there is no checkpoint: heads with random weights, and an image tower with
// random weights or of another model, on a language model that is there already.
struct StartModel
{
    nlohmann::json description;      // model.json; its "text" may hold no more than {"base": "minilm"}
    std::filesystem::path textModel; // folder of the language model and its tokenizer; empty: the base's
    std::uint64_t seed = 42;
    // Texts as they will be asked. Without any, the text heads begin with random weights too. With some, they begin as
    // projections to the principal directions of these texts' features, centred and brought to nearly equal variance,
    // so that sentences about different things lie apart from the first step on. Needs a local hidden width of at
    // least twice the embedding's.
    std::vector<std::string> texts;
    // Any model folder or checkpoint with an image tower, which is taken with its section of model.json; empty: the
    // description's, with random weights.
    std::filesystem::path imageModel = {};
};

// The model folder appears when it is complete. Error(Model) names what of the description or the language model is
// wrong.
void writeStartModel(const StartModel& start, const std::filesystem::path& folder);

} // namespace mama

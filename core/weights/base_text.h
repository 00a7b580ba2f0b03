#pragma once
#include <filesystem>
#include <nlohmann/json_fwd.hpp>

namespace mama {

// A model folder may leave out the language model's own tensors and name it instead: model.json's "text": {"base":
// "minilm"} means the folder of that name in the cache folder, where installer/dependencies puts it. Its weights file,
// or an empty path if the description names none. Error(Model) if the name is no plain name or nothing is installed
// under it.
std::filesystem::path baseTextWeights(const nlohmann::json& description);

} // namespace mama

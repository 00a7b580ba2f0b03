#pragma once
#include "core/base/user_text.h"

#include <filesystem>
#include <nlohmann/json_fwd.hpp>

namespace mama::weights {

// The types of a model.json's fields, and the ranges of its numbers. Error(Model) names the file and the first field
// that is wrong.
void checkDescription(const nlohmann::json& description, const std::filesystem::path& file);

// A number of the description that no model can have, by its field; empty: none.
UserText impossibleValue(const nlohmann::json& description);

} // namespace mama::weights

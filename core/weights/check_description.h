#pragma once
#include <filesystem>
#include <nlohmann/json_fwd.hpp>

namespace mama::weights {

// The types of a model.json's fields. Error(Model) names the file and the first field of another type.
void checkDescription(const nlohmann::json& description, const std::filesystem::path& file);

} // namespace mama::weights

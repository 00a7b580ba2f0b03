#pragma once
#include "core/download/catalogue.h"

#include <filesystem>
#include <map>

namespace mama {

// A model's files in a folder that the user filled: under their own names, as the hub has them or loose; the weights
// also as the only file of their kind. Names of the catalogue to paths. Error(Usage) names every file that is missing
// and where it is given.
std::map<std::string, std::filesystem::path>
findGivenFiles(const CatalogueModel& model, const std::filesystem::path& folder, const std::string& hub);

} // namespace mama

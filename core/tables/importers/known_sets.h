#pragma once
#include "core/base/user_text.h"

#include <filesystem>
#include <span>
#include <string>

namespace mama {

// The public data set whose tables these are, by the columns that only its tables have (datasets.md 2 to 9):
// "RSNA-Mammo", "VinDr-Mammo", "CBIS-DDSM", "CMMD", "INbreast", "CSAW-CC"; empty: none of them.
std::string knownSet(std::span<const std::string> heading);

// Why tables of such a set, or mini-MIAS's list, are refused, and what can be done with them: for a table, or for a
// folder with tables in it, in tables/ or in csv/. Empty if they belong to no set of the list. Files that cannot be
// read are none of them.
UserText whyNotYet(const std::filesystem::path& path);

} // namespace mama

#pragma once
#include "core/base/user_text.h"

#include <filesystem>
#include <span>
#include <string>
#include <vector>

namespace mama {

// The public data set whose tables these are, by the columns that only its tables have (datasets.md 2 to 9):
// "RSNA-Mammo", "VinDr-Mammo", "CBIS-DDSM", "CMMD", "INbreast", "CSAW-CC"; empty: none of them, or EMBED's.
std::string knownSet(std::span<const std::string> heading);

// Names of the readers (data_sets.h) of all sets whose tables lie in a folder, in tables/ or in csv/: EMBED's too. What
// a download says of its files counts only where nothing else is there: several sets have such a table.
std::vector<std::string> setsOfFolder(const std::filesystem::path& folder);
// The title of the one that it is; empty: none, or EMBED.
std::string setOfFolder(const std::filesystem::path& folder);

// Whether it is mini-MIAS's list: lines of "mdb001 G CIRC B 535 425 197" below words or a heading.
bool isMiasList(const std::filesystem::path& file);
// Text files and tables in a folder, in tables/ and in csv/, in order.
std::vector<std::filesystem::path> tablesAndLists(const std::filesystem::path& folder);

// Why tables of such a set, or mini-MIAS's list, are refused, and what can be done with them: for a table, or for a
// folder with tables in it, in tables/ or in csv/. Empty if they belong to no set of the list. Files that cannot be
// read are none of them.
UserText whyNotYet(const std::filesystem::path& path);

} // namespace mama

#pragma once
#include "core/protocol/run_entry.h"

#include <filesystem>
#include <map>
#include <span>
#include <string>

namespace mama {

// Names of runs that stand beside each other, by their folders: RunEntry::name(), and where several have the same, with
// as much of the folder's path as tells them apart: "sweep-a/run-1", "Base line (sweep-a/run-1)".
std::map<std::filesystem::path, std::string> distinctNames(std::span<const RunEntry* const> runs);

} // namespace mama

#pragma once
#include "core/weights/files/weight_file.h"

#include <cstdint>
#include <filesystem>
#include <nlohmann/json_fwd.hpp>
#include <string_view>
#include <vector>

namespace mama::weights {

struct SafetensorsEntry
{
    TensorInfo info;
    std::uint64_t begin = 0, end = 0; // bytes after the header
};

struct SafetensorsHeader
{
    std::vector<SafetensorsEntry> entries; // in the header's order
    std::vector<std::pair<std::string, std::string>> metadata;
};

// Parses the header event by event, so that memory is bounded by the header's own size. Error(Format) names
// `file`, the key and the reason.
SafetensorsHeader parseSafetensorsHeader(std::string_view json, const std::filesystem::path& file);

} // namespace mama::weights

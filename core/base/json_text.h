#pragma once
#include "core/base/user_text.h"

#include <cstddef>
#include <filesystem>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace mama {

// Why a text is no JSON document that can be trusted, in our own words, and the byte (from 1) where that shows.
struct JsonFault
{
    UserText why;
    std::size_t byte = 0;
    bool notJson = true; // false: it is JSON, but names a key twice
};

// JSON as the standard has it, UTF-8, every number finite, every key of an object once. Never throws on a text.
std::variant<nlohmann::json, JsonFault> parseJson(std::string_view text);

// A document of other people's making, as their own libraries read it: of a key that is given twice the last value
// counts. twice: such keys, for a note. Error(Format) as of readJson().
nlohmann::json readOthersJson(const std::filesystem::path& path, std::vector<std::string>& twice);

} // namespace mama

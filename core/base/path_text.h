#pragma once
#include <filesystem>
#include <string>
#include <string_view>

namespace mama {

// A path as a text that JSON and a screen can hold: UTF-8, bytes that are none as \xNN, and a backslash that would read
// as such an escape as \x5c. Every path has one text and comes back from it byte for byte.
std::string pathText(const std::filesystem::path& path);
std::filesystem::path pathFromText(std::string_view text);

// What was typed or copied from an output: the path as it stands where there is such a file, else what its text means.
std::filesystem::path givenPath(const std::string& argument);

} // namespace mama

#pragma once
#include <filesystem>
#include <string>
#include <vector>

namespace mama::cli {

// The texts of a file: a JSON array of strings (or of objects with "text"), else one text a line; a last empty line
// is none. "-" is standard input. Error(Format) names file and entry.
std::vector<std::string> readTexts(const std::filesystem::path& path);

} // namespace mama::cli

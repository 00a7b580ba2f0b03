#pragma once
#include <filesystem>
#include <string>
#include <vector>

namespace mama::test {

// A DICOMDIR of one level that names these files, each by the parts of its path.
void writeDirectory(const std::filesystem::path& file, const std::vector<std::vector<std::string>>& names);

} // namespace mama::test

#pragma once
#include <filesystem>

namespace mama {

// Where a data set's file lies: as its table says, or the longest end of that path that lies below the data set's
// folder or its folder of images. Empty: nowhere.
std::filesystem::path placeOfFile(const std::filesystem::path& root, const std::filesystem::path& below);

} // namespace mama

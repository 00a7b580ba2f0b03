#pragma once
#include <cstdint>
#include <string>
#include <vector>

namespace mama {

// The place of each value among all of a field, from 1, 0 for "": numbers first, as numbers, then the others by their
// letters.
std::vector<std::uint32_t> placesOf(const std::vector<std::string>& values);

} // namespace mama

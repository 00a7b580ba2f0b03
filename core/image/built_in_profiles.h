#pragma once
#include <string_view>
#include <vector>

namespace mama {

// The texts of resources/profiles/*.json, compiled in.
const std::vector<std::string_view>& builtInProfileTexts();

} // namespace mama

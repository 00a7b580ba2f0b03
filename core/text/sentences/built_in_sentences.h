#pragma once
#include <string_view>

namespace mama {

// The files of resources/sentences, as they are.
std::string_view builtInLexicon();
std::string_view builtInNeutral();
std::string_view builtInElsewhere();

} // namespace mama

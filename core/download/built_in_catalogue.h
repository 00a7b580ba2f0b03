#pragma once
#include <string_view>

namespace mama {

// resources/models/catalogue.json, as it is.
std::string_view builtInCatalogueText();

} // namespace mama

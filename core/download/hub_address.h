#pragma once
#include "core/download/catalogue.h"

#include <string>

namespace mama {

// A hub's base address without a slash at its end. Error(Usage) if it is no http or https address, or holds a user's
// name, a password, a query or a fragment.
std::string hubAddress(const std::string& given);
// What the user set: MAMA_HUB in the environment, else the catalogue's.
std::string usualHub(const Catalogue& catalogue);
// HUB/REPOSITORY/resolve/REVISION/PATH, percent-encoded.
std::string addressOf(const CatalogueFile& file, const std::string& hub);
// The user's own token from the environment: MAMA_HUB_TOKEN, else HF_TOKEN; empty: none.
std::string tokenFromEnvironment();
// Error(Usage) if it holds what no header may hold. Without blanks around it.
std::string checkedToken(const std::string& given);

} // namespace mama

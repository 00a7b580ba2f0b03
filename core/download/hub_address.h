#pragma once
#include "core/download/catalogue.h"

#include <string>

namespace mama {

// A hub's base address without a slash at its end. Error(Usage) if it is no http or https address, or holds a user's
// name, a password, a query or a fragment.
std::string hubAddress(const std::string& given);
// What the user set: MAMA_HUB in the environment, else the catalogue's.
std::string usualHub(const Catalogue& catalogue);
// Of an address, for people.
std::string hostOf(const std::string& address);
// HUB/REPOSITORY/resolve/REVISION/PATH, percent-encoded.
std::string addressOf(const CatalogueFile& file, const std::string& hub);
// The user's own token for a model from that hub, from the environment: MAMA_HUB_TOKEN for whatever hub is set;
// HF_TOKEN for the catalogue's own hub alone, and for models that need one alone. Empty: none.
std::string tokenFromEnvironment(const Catalogue& catalogue, const CatalogueModel& model, const std::string& hub);
// Error(Usage) if it holds what no header may hold. Without blanks around it.
std::string checkedToken(const std::string& given);
// Error(Usage) if the hub's connection shows what is sent to everybody on the way; this machine itself may.
void checkTokenMayGo(const std::string& hub);

} // namespace mama

#pragma once
#include "core/base/user_text.h"

#include <string>
#include <vector>

namespace mama {

// The ways in which maps are drawn where no local head was trained for it (models.md 8), by the name that encode, query
// and model.json take.
const std::vector<std::string>& mapWayNames();
// What a way does, in half a line; empty for a name that is none.
UserText mapWayMeaning(const std::string& way);

} // namespace mama

#pragma once
#include "core/base/user_text.h"

#include <string>
#include <vector>

namespace mama {

// The ways in which maps are drawn where no local head was trained for it (models.md 8), then the read-outs of every
// vision transformer, by the names that encode, query and model.json take.
const std::vector<std::string>& mapWayNames();
// The read-outs among them, in the order of ReadOut; the first is as a model with local heads was trained.
const std::vector<std::string>& readOutNames();
// What a way does, in half a line; empty for a name that is none.
UserText mapWayMeaning(const std::string& way);
// What a reader is told of a way that ModelInfo::mapWay() gave of a model with these: "standard" has its name too;
// empty: there is one way only.
std::string mapWayName(const std::string& way, const std::vector<std::string>& ways);
// The name of a way as sets and caches keep it, where empty is the first read-out, or a model's one way.
const std::string& keptMapWay(const std::string& kept);
// What a legend says of maps of that way by a model of that kind (ModelKind's name): whether it was trained so.
UserText mapWayLegend(const std::string& way, const std::string& kind);

} // namespace mama

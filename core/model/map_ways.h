#pragma once
#include "core/model/model.h"
#include "core/model/towers/read_out.h"

namespace mama {

// The ways of drawing a model's maps, the default first. listed: model.json's "maps", or null. Of a transformer every
// read-out is among them; of one with local heads they are all, and inference.map_readout says which is the default.
// Error(Model) if it names none.
std::vector<std::string> mapWaysOf(const nlohmann::json& description, bool localHeads, bool readsOut);

// What a way reads its cells from.
ReadOut readOutOf(const std::string& way);

} // namespace mama

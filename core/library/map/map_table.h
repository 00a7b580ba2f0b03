#pragma once
#include "core/library/map/embedding_map.h"

namespace mama {

// A map as CSV: dataset, study, image (its id; empty on a map of studies), id, x, y; a line a point. What the library
// no longer has is left out; returns how many that were. Error(Io).
std::int64_t writeMapTable(Library& library, const EmbeddingMap& map, const std::filesystem::path& file);

} // namespace mama

#pragma once
#include "core/library/map/map_store.h"

namespace mama {

// The set of embeddings that is meant: by the name of its folder, its model's name, or the beginning of the model's
// hash; empty: the only model's, the set with the most rows. Error(Usage) names the sets there are.
EmbeddingSetInfo setMeant(const std::filesystem::path& library, const std::string& words);

// Makes the map of all that has embeddings now and keeps it beside the library, in place of an older one of the same
// settings.
Cancellable<StoredMap> makeLibraryMap(Library& library, const EmbeddingSetInfo& set, const MapSettings& settings,
                                      int threads = 2, const Job& job = {});

// Whether embeddings or studies have come or gone since a map was made.
bool isStale(const MapHeader& map, const EmbeddingIndex& index, std::span<const std::int64_t> studies);
// The same, from the disk; a set that is gone makes its maps stale.
bool isStale(Library& library, const MapHeader& map);

} // namespace mama

#pragma once
#include "core/library/map/embedding_map.h"

#include <optional>

namespace mama {

inline constexpr const char* mapsFolder = "maps"; // of a library; all of it may be deleted

// Where a library keeps the map of a set with these settings, there or not. A set that has changed has the same file:
// its map says of which rows it is.
std::filesystem::path mapFile(const std::filesystem::path& library, const EmbeddingSetInfo& set,
                              const MapSettings& settings);
// Appears whole or not at all. Error(Io).
void writeMap(const std::filesystem::path& file, const EmbeddingMap& map);
// Error(Io), Error(Format) name the file: it is no map, or was cut or damaged.
EmbeddingMap readMap(const std::filesystem::path& file);

struct StoredMap
{
    std::filesystem::path file;
    MapHeader header;
};
// All below a library's folder, by model, level, method. What is none is passed over, also one that was cut.
std::vector<StoredMap> storedMaps(const std::filesystem::path& library);

} // namespace mama

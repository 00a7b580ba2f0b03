#pragma once
#include "core/library/embeddings/embedding_key.h"

#include <cstdint>
#include <filesystem>
#include <vector>

namespace mama {

// What a set's meta.json says. rows: as its keys stood when this was read, damaged ones among them.
struct EmbeddingSetInfo
{
    EmbeddingIdentity identity;
    std::string modelName, profileName;
    std::filesystem::path modelFolder; // where it was when the set was begun
    std::int64_t dim = 0, rows = 0;
    std::filesystem::path folder;
};

inline constexpr const char* embeddingsFolder = "embeddings"; // of a library

// The sets below a library's folder, or any folder with such folders, by model's name, then rows. What is none is
// passed over.
std::vector<EmbeddingSetInfo> embeddingSets(const std::filesystem::path& library);
// Of one folder. Error(Io), Error(Format) name its meta.json.
EmbeddingSetInfo readSetInfo(const std::filesystem::path& folder);
void writeSetInfo(const EmbeddingSetInfo& info);
// Where a library keeps the set of this identity, there or not.
std::filesystem::path setFolder(const std::filesystem::path& library, const EmbeddingIdentity& identity);

} // namespace mama

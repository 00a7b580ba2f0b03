#pragma once
#include "core/library/embeddings/embedding_key.h"

#include <cstdint>
#include <filesystem>
#include <utility>
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

// What a kind of set writes of itself into meta.json, beside whose it is.
struct SetForm
{
    const char *format, *keys;                              // keys: the file with a record an image
    std::size_t keyBytes;                                   // of a record
    std::vector<std::pair<const char*, const char*>> files; // and what each holds
    const char* folder;                                     // below a library
};
const SetForm& embeddingForm();

// The sets below a library's folder, or any folder with such folders, by model's name, then rows. What is none is
// passed over.
std::vector<EmbeddingSetInfo> embeddingSets(const std::filesystem::path& library);
std::vector<EmbeddingSetInfo> setsOf(const std::filesystem::path& library, const SetForm& form);
// Of one folder. Error(Io), Error(Format) name its meta.json.
EmbeddingSetInfo readSetInfo(const std::filesystem::path& folder, const SetForm& form = embeddingForm());
void writeSetInfo(const EmbeddingSetInfo& info, const SetForm& form = embeddingForm());
// Where a library keeps the set of this identity, there or not.
std::filesystem::path setFolder(const std::filesystem::path& library, const EmbeddingIdentity& identity,
                                const SetForm& form = embeddingForm());

} // namespace mama

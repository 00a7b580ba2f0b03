#pragma once
#include <string>

namespace mama {

// What embeddings of many images have in common. Another model, profile, way or precision is another identity.
struct EmbeddingIdentity
{
    std::string modelHash;
    std::string profile; // with its settings, as JSON
    int profileVersion = 1;
    std::string compute;     // precision and kind of device: results differ in the last digits
    std::string mapWay = {}; // of the patches

    std::string digest() const; // 64 hexadecimal digits
    bool operator==(const EmbeddingIdentity&) const = default;
};

// What an embedding depends on. A changed file, model, profile or precision is another key, so that an old map can
// never be shown for it.
struct EmbeddingKey
{
    std::string fileHash; // SHA-256 of the file's bytes
    int frame = 0;
    EmbeddingIdentity identity;

    std::string digest() const; // 64 hexadecimal digits
};

} // namespace mama

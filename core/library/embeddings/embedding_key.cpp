#include "core/library/embeddings/embedding_key.h"

#include "core/base/hash.h"

#include <initializer_list>

namespace mama {
namespace {

std::string digestOf(std::initializer_list<std::string> parts)
{
    Sha256 hash;
    for (const std::string& part : parts) {
        hash.add(std::to_string(part.size()) + ":"); // lengths keep neighbours apart
        hash.add(part);
    }
    return hash.finish();
}

} // namespace

std::string EmbeddingIdentity::digest() const
{
    return digestOf({"mama embedding set 1", modelHash, profile, std::to_string(profileVersion), mapWay, compute});
}

std::string EmbeddingKey::digest() const
{
    return digestOf({"mama embedding 3", fileHash, std::to_string(frame), identity.modelHash, identity.profile,
                     std::to_string(identity.profileVersion), identity.mapWay, identity.compute});
}

} // namespace mama

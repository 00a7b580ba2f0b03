#include "core/library/embeddings/set_choice.h"

#include "core/base/error.h"
#include "core/base/path_text.h"

namespace mama {
namespace {

bool isMeant(const EmbeddingSetInfo& set, const std::string& words)
{
    constexpr std::size_t fewestDigits = 6;
    return words.empty() || words == set.modelName || words == pathText(set.folder.filename()) ||
           (words.size() >= fewestDigits && set.identity.modelHash.starts_with(words));
}

} // namespace

EmbeddingSetInfo setMeant(std::span<const EmbeddingSetInfo> sets, const std::string& words, const UserText& action,
                          const UserText& none)
{
    std::string names;
    const EmbeddingSetInfo* best = nullptr;
    bool several = false;
    for (const EmbeddingSetInfo& set : sets) {
        if (set.rows == 0)
            continue;
        names += (names.empty() ? "" : ", ") + set.modelName + " (" + set.identity.modelHash.substr(0, 12) + ", " +
                 pathText(set.folder.filename()) + ")";
        if (!isMeant(set, words))
            continue;
        several = several || (best && best->identity.modelHash != set.identity.modelHash);
        if (!best || set.rows > best->rows)
            best = &set;
    }
    if (names.empty())
        throw Error(ErrorCode::Usage, action, words, none);
    if (!best)
        throw Error(ErrorCode::Usage, action, words,
                    {TextId("library_map.no_such_set", "no embeddings are of it; there are those of %1"), names});
    if (several)
        throw Error(
            ErrorCode::Usage, action, words,
            {TextId("library_map.several_models", "this library has embeddings of several models: name one of %1"),
             names});
    return *best;
}

} // namespace mama

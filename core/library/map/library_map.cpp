#include "core/library/map/library_map.h"

#include "core/base/error.h"
#include "core/base/path_text.h"
#include "core/library/studies/study_keys.h"

#include <algorithm>

namespace fs = std::filesystem;

namespace mama {
namespace {

std::vector<std::int64_t> risingStudies(Library& library)
{
    std::vector<std::int64_t> studies = allStudies(library);
    std::sort(studies.begin(), studies.end());
    return studies;
}

bool isMeant(const EmbeddingSetInfo& set, const std::string& words)
{
    constexpr std::size_t fewestDigits = 6;
    return words.empty() || words == set.modelName || words == pathText(set.folder.filename()) ||
           (words.size() >= fewestDigits && set.identity.modelHash.starts_with(words));
}

} // namespace

EmbeddingSetInfo setMeant(const fs::path& library, const std::string& words)
{
    std::string names;
    const EmbeddingSetInfo* best = nullptr;
    bool several = false;
    const std::vector<EmbeddingSetInfo> sets = embeddingSets(library);
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
        throw Error(ErrorCode::Usage, {makeMapAction}, pathText(library),
                    {TextId("library_map.no_embeddings", "there are no embeddings: mama library embed")});
    if (!best)
        throw Error(ErrorCode::Usage, {makeMapAction}, words,
                    {TextId("library_map.no_such_set", "no embeddings are of it; there are those of %1"), names});
    if (several)
        throw Error(
            ErrorCode::Usage, {makeMapAction}, words,
            {TextId("library_map.several_models", "this library has embeddings of several models: name one of %1"),
             names});
    return *best;
}

Cancellable<StoredMap> makeLibraryMap(Library& library, const EmbeddingSetInfo& set, const MapSettings& settings,
                                      int threads, const Job& job)
{
    const auto studies = risingStudies(library);
    const EmbeddingIndex index(library, set.folder, studies);
    const auto map = makeMap(MapPoints(index, studies, settings.level), settings, threads, job);
    if (!map)
        return std::nullopt;
    const StoredMap stored{mapFile(library.folder(), set, settings), map->header};
    writeMap(stored.file, *map);
    return stored;
}

bool isStale(const MapHeader& map, const EmbeddingIndex& index, std::span<const std::int64_t> studies)
{
    return MapPoints(index, studies, map.settings.level).hash() != map.rowsHash;
}

bool isStale(Library& library, const MapHeader& map)
{
    for (const EmbeddingSetInfo& set : embeddingSets(library.folder()))
        if (pathText(set.folder.filename()) == map.set) {
            const auto studies = risingStudies(library);
            return isStale(map, EmbeddingIndex(library, set.folder, studies), studies);
        }
    return true;
}

} // namespace mama

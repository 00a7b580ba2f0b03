#include "core/library/map/library_map.h"

#include "core/base/error.h"
#include "core/base/path_text.h"
#include "core/library/embeddings/set_choice.h"
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

} // namespace

EmbeddingSetInfo setMeant(const fs::path& library, const std::string& words)
{
    return setMeant(embeddingSets(library), words, {makeMapAction},
                    {TextId("library_map.no_embeddings", "there are no embeddings: mama library embed")});
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

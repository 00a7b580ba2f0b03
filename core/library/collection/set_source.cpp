#include "core/library/collection/set_source.h"

#include "core/library/collection/vocabulary_words.h"
#include "core/tables/importers/data_sets.h"

#include <nlohmann/json.hpp>

namespace mama {

SetRows readSet(const SetSource& source, Library* library)
{
    const DataSetReader& reader = source.name.empty() ? recognisedSet(source.root) : dataSetReader(source.name);
    SetRows rows = reader.read(source.root, library ? wordsOf(*library, reader.title) : Vocabulary());
    if (library == nullptr || rows.name == reader.title)
        return rows;
    const Vocabulary own = wordsOf(*library, rows.name); // phantoms have EMBED's tables
    return own.words().empty() || own.words() == rows.words.words() ? rows : reader.read(source.root, own);
}

} // namespace mama

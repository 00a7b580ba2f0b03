#include "core/library/collection/set_source.h"

#include "core/library/collection/folder_set.h"
#include "core/library/collection/saved_mappings.h"
#include "core/library/collection/vocabulary_words.h"
#include "core/tables/importers/data_sets.h"
#include "core/tables/table_file.h"

#include <nlohmann/json.hpp>

namespace mama {
namespace {

SetRows readFolder(const SetSource& source, Library* library, const Job& job)
{
    if (source.table.empty()) {
        auto rows = readFolderSet(source.root, job);
        return rows ? std::move(*rows) : SetRows();
    }
    const bool isMapped = !source.mapping.fields.empty();
    const MappedTable table{source.root, source.table,
                            isMapped ? source.mapping : mappingFor(library, readTableHeading(source.table))};
    SetRows rows = readMappedSet(table);
    if (library == nullptr)
        return rows;
    const Vocabulary own = wordsOf(*library, rows.name);
    if (own.words().empty() || own.words() == rows.words.words())
        return rows;
    return readMappedSet(table, own);
}

} // namespace

SetRows readSet(const SetSource& source, Library* library, const Job& job)
{
    if (source.name == folderSource || !source.table.empty())
        return readFolder(source, library, job);
    const DataSetReader& reader = source.name.empty() ? recognisedSet(source.root) : dataSetReader(source.name);
    SetRows rows = reader.read(source.root, library ? wordsOf(*library, reader.title) : Vocabulary());
    if (library == nullptr || rows.name == reader.title)
        return rows;
    const Vocabulary own = wordsOf(*library, rows.name); // phantoms have EMBED's tables
    if (own.words().empty() || own.words() == rows.words.words())
        return rows;
    return reader.read(source.root, own);
}

} // namespace mama

#include "core/library/collection/set_source.h"

#include "core/base/path_text.h"
#include "core/library/collection/folder_set.h"
#include "core/library/collection/saved_mappings.h"
#include "core/library/collection/set_import.h"
#include "core/library/collection/vocabulary_words.h"
#include "core/tables/importers/data_sets.h"
#include "core/tables/table_file.h"

#include <SQLiteCpp/Database.h>
#include <SQLiteCpp/Statement.h>
#include <algorithm>
#include <nlohmann/json.hpp>

namespace mama {
namespace {

struct NamedRoot
{
    std::string importer, name, path;
};

// The data sets that there are, and where their files lie.
std::vector<NamedRoot> namedRoots(Library& library)
{
    std::vector<NamedRoot> out;
    library.read([&](SQLite::Database& database) {
        SQLite::Statement each(
            database, "SELECT DISTINCT importer, dataset.name, root.path FROM dataset JOIN study ON study.dataset ="
                      " dataset.id JOIN image ON image.study = study.id JOIN file ON file.id = file JOIN folder"
                      " ON folder.id = folder JOIN root ON root.id = folder.root ");
        while (each.executeStep())
            out.push_back(
                {each.getColumn(0).getString(), each.getColumn(1).getString(), each.getColumn(2).getString()});
    });
    return out;
}

// A folder is called by its name; where another of this name is there already, by those above it too, so that two
// sites' "images" do not become one data set. One that is gone was moved here, if these are its images.
std::string nameOfFolder(Library& library, const SetRows& rows)
{
    const std::vector<NamedRoot> known = namedRoots(library);
    std::error_code failed;
    const std::filesystem::path root = std::filesystem::canonical(rows.root, failed);
    if (failed)
        return rows.name;
    for (const NamedRoot& each : known)
        if (each.importer == rows.importer && each.path == root.string())
            return each.name;
    const auto isOther = [&](const NamedRoot& each) {
        std::error_code ignored;
        if (each.importer != rows.importer || std::filesystem::exists(each.path, ignored))
            return true;
        bool same = false;
        library.read([&](SQLite::Database& database) { same = areOf(database, each.name, rows); });
        return !same;
    };
    const auto taken = [&](const std::string& name) {
        return std::any_of(known.begin(), known.end(),
                           [&](const NamedRoot& each) { return each.name == name && isOther(each); });
    };
    std::string name = rows.name;
    for (auto above = root.parent_path(); taken(name) && above.has_filename(); above = above.parent_path())
        name = pathText(above.filename()) + "/" + name;
    return name;
}

SetRows readFolder(const SetSource& source, Library* library, const Job& job)
{
    const auto named = [library](SetRows rows) {
        if (library != nullptr && !rows.name.empty())
            rows.name = nameOfFolder(*library, rows);
        return rows;
    };
    if (source.table.empty()) {
        auto rows = readFolderSet(source.root, job);
        return rows ? named(std::move(*rows)) : SetRows();
    }
    const bool isMapped = !source.mapping.fields.empty();
    const MappedTable table{source.root, source.table,
                            isMapped ? source.mapping : mappingFor(library, readTableHeading(source.table))};
    SetRows rows = named(readMappedSet(table));
    if (library == nullptr)
        return rows;
    const Vocabulary own = wordsOf(*library, rows.name);
    if (own.words().empty() || own.words() == rows.words.words())
        return rows;
    return named(readMappedSet(table, own));
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

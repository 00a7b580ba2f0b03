#include "core/library/collection/set_import.h"

#include "core/base/path_text.h"
#include "core/library/collection/plural.h"
#include "core/library/collection/set_writer.h"

#include <SQLiteCpp/Database.h>
#include <SQLiteCpp/Statement.h>
#include <algorithm>
#include <unordered_set>

namespace mama {

namespace {

std::string fileName(const std::string& path) { return path.substr(path.rfind('/') + 1); }

// The data set's only folder, if it is gone and the rows are of the set; 0: it is there, or there are several, or none.
std::int64_t goneRoot(SQLite::Database& database, const SetRows& rows)
{
    SQLite::Statement each(database,
                           "SELECT DISTINCT root.id, root.path FROM dataset JOIN study ON study.dataset = dataset.id"
                           " JOIN image ON image.study = study.id JOIN file ON file.id = file JOIN folder ON"
                           " folder.id = folder JOIN root ON root.id = folder.root WHERE dataset.name = ?");
    each.bind(1, rows.name);
    std::int64_t gone = 0;
    for (int found = 0; each.executeStep(); ++found) {
        std::error_code failed;
        if (found > 0 || std::filesystem::exists(each.getColumn(1).getString(), failed))
            return 0;
        gone = each.getColumn(0).getInt64();
    }
    return gone != 0 && areOf(database, rows.name, rows) ? gone : 0;
}

Change moveRoot(Library& library, const SetRows& rows)
{
    std::error_code failed;
    const std::filesystem::path here = std::filesystem::canonical(rows.root, failed);
    std::int64_t gone = 0;
    if (!failed)
        library.read([&](SQLite::Database& database) { gone = goneRoot(database, rows); });
    if (gone == 0)
        return {};
    return library.change({"move", [&](SQLite::Database& database, std::int64_t) {
                               SQLite::Statement set(database, "UPDATE OR IGNORE root SET path = ? WHERE id = ?");
                               set.bind(1, here.string());
                               set.bind(2, gone);
                               return Library::Done{"Find " + rows.name + " in " + pathText(here), set.exec()};
                           }});
}

} // namespace

bool areOf(SQLite::Database& database, const std::string& dataset, const SetRows& rows)
{
    std::unordered_set<std::string> known;
    SQLite::Statement each(database, "SELECT study.key, ifnull(listed, file.name) FROM dataset JOIN study ON"
                                     " study.dataset = dataset.id JOIN image ON image.study = study.id JOIN file ON"
                                     " file.id = file WHERE dataset.name = ?");
    each.bind(1, dataset);
    while (each.executeStep())
        known.insert(each.getColumn(0).getString() + "\n" + fileName(each.getColumn(1).getString()));
    return std::any_of(rows.images.begin(), rows.images.end(), [&](const SetImage& image) {
        return known.contains(rows.studies[image.study].key + "\n" + fileName(image.path));
    });
}

Cancellable<ImportResult> importSet(Library& library, const SetRows& rows, const Job& job)
{
    const Change moved = moveRoot(library, rows);
    ImportResult result;
    try {
        result.change =
            library.change({"import",
                            [&](SQLite::Database& database, std::int64_t command) {
                                SetWriter writer(database, rows, job);
                                result = writer.write(command);
                                const std::int64_t added = result.patients + result.studies + result.images +
                                                           result.findings + result.labels + result.annotations +
                                                           result.meanings + result.masks + result.changed;
                                return Library::Done{
                                    "Import " + rows.name + ": " + counted(result.studies, "study") + ", " +
                                        counted(result.images, "image") +
                                        (result.changed > 0 ? ", " + std::to_string(result.changed) + " changed" : ""),
                                    added};
                            },
                            true});
    } catch (const ImportCancelled&) {
        return std::nullopt;
    }
    if (result.change.command == 0 && moved.command != 0)
        result.change = moved;
    return result;
}

} // namespace mama

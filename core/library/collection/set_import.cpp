#include "core/library/collection/set_import.h"

#include "core/library/collection/plural.h"
#include "core/library/collection/set_writer.h"

#include <SQLiteCpp/Database.h>

namespace mama {

Cancellable<ImportResult> importSet(Library& library, const SetRows& rows, const Job& job)
{
    ImportResult result;
    try {
        result.change =
            library.change({"import",
                            [&](SQLite::Database& database, std::int64_t command) {
                                SetWriter writer(database, rows, job);
                                result = writer.write(command);
                                const std::int64_t added = result.patients + result.studies + result.images +
                                                           result.findings + result.labels + result.annotations;
                                return Library::Done{"Import " + rows.name + ": " + counted(result.studies, "study") +
                                                         ", " + counted(result.images, "image"),
                                                     added};
                            },
                            true});
    } catch (const ImportCancelled&) {
        return std::nullopt;
    }
    if (result.change.command == 0)
        return ImportResult{result.change};
    return result;
}

} // namespace mama

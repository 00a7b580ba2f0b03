#include "core/library/collection/code_meanings.h"

#include "core/tables/cell.h"
#include "core/tables/importers/set_rows.h"

#include <SQLiteCpp/Database.h>
#include <SQLiteCpp/Statement.h>

namespace mama {

CodeMeanings codeMeanings(SQLite::Database& database, std::int64_t dataset)
{
    CodeMeanings out;
    SQLite::Statement each(
        database, "SELECT DISTINCT task, found, means FROM vocabulary WHERE value = 0 AND (?1 = 0 OR dataset = ?1)"
                  " ORDER BY task, found, means");
    each.bind(1, dataset);
    while (each.executeStep()) {
        const std::string means(trimmed(each.getColumn(2).getString()));
        std::string& all = out[{std::string(taskOfColumn(each.getColumn(0).getString())),
                                std::string(trimmed(each.getColumn(1).getString()))}];
        if (!means.empty() && all != means)
            all += (all.empty() ? "" : " / ") + means;
    }
    return out;
}

} // namespace mama

#include "core/library/collection/import_removal.h"

#include "core/base/error.h"
#include "core/library/collection/earlier_values.h"
#include "core/library/collection/stored_changes.h"
#include "core/library/row_changes.h"

#include <SQLiteCpp/Database.h>
#include <SQLiteCpp/Statement.h>
#include <array>
#include <map>
#include <sstream>

namespace mama {
namespace {

constexpr auto undoing = TextId("library.undo_import", "undo");

// What a person did on rows of the batch. ?1: the batch.
constexpr std::array work{
    std::pair{"tags",
              "SELECT count(*) FROM tagged WHERE level = 'study' AND target IN (SELECT id FROM study WHERE batch = ?1)"
              " OR level = 'image' AND target IN (SELECT id FROM image WHERE batch = ?1)"
              " OR level = 'patient' AND target IN (SELECT id FROM patient WHERE batch = ?1)"
              " OR level = 'finding' AND target IN (SELECT id FROM finding WHERE batch = ?1)"},
    std::pair{"labels", "SELECT count(*) FROM label WHERE source <> 'imported' AND"
                        " (level IN ('study', 'breast') AND target IN (SELECT id FROM study WHERE batch = ?1)"
                        " OR level = 'image' AND target IN (SELECT id FROM image WHERE batch = ?1)"
                        " OR level = 'patient' AND target IN (SELECT id FROM patient WHERE batch = ?1)"
                        " OR level = 'finding' AND target IN (SELECT id FROM finding WHERE batch = ?1))"},
    std::pair{"marks", "SELECT count(*) FROM annotation WHERE batch IS NOT ?1 AND"
                       " image IN (SELECT id FROM image WHERE batch = ?1)"},
    std::pair{"members of cohorts", "SELECT count(*) FROM cohort_member JOIN cohort ON cohort.id = cohort WHERE"
                                    " level = 'study' AND target IN (SELECT id FROM study WHERE batch = ?1)"
                                    " OR level = 'image' AND target IN (SELECT id FROM image WHERE batch = ?1)"
                                    " OR level = 'patient' AND target IN (SELECT id FROM patient WHERE batch = ?1)"},
    std::pair{
        "changes of later imports",
        "SELECT (SELECT count(*) FROM earlier_value AS later JOIN earlier_value AS own ON own.batch = ?1 AND own.thing ="
        " later.thing AND own.row = later.row AND own.field = later.field WHERE later.batch > ?1)"
        " + (SELECT count(*) FROM earlier_value WHERE batch <> ?1 AND"
        " (thing = 'study' AND row IN (SELECT id FROM study WHERE batch = ?1)"
        " OR thing = 'image' AND row IN (SELECT id FROM image WHERE batch = ?1)"
        " OR thing = 'file' AND row IN (SELECT id FROM file WHERE batch = ?1)"
        " OR thing = 'finding' AND row IN (SELECT id FROM finding WHERE batch = ?1)"
        " OR thing = 'annotation' AND row IN (SELECT id FROM annotation WHERE batch = ?1)"
        " OR thing = 'label' AND row IN (SELECT id FROM label WHERE batch = ?1)))"
        " + (SELECT count(*) FROM label WHERE batch = ?1 AND replaced_by IN (SELECT id FROM label WHERE batch IS NOT"
        " ?1))"
        " + (SELECT count(*) FROM label WHERE source = 'imported' AND batch IS NOT ?1 AND"
        " (level IN ('study', 'breast') AND target IN (SELECT id FROM study WHERE batch = ?1)"
        " OR level = 'image' AND target IN (SELECT id FROM image WHERE batch = ?1)"
        " OR level = 'finding' AND target IN (SELECT id FROM finding WHERE batch = ?1)))"},
    std::pair{
        "rows of later imports",
        "SELECT (SELECT count(*) FROM study WHERE batch IS NOT ?1 AND patient IN (SELECT id FROM patient WHERE batch = ?1))"
        " + (SELECT count(*) FROM image WHERE batch IS NOT ?1 AND study IN (SELECT id FROM study WHERE batch = ?1))"
        " + (SELECT count(*) FROM finding WHERE batch IS NOT ?1 AND study IN (SELECT id FROM study WHERE batch = ?1))"}};

std::int64_t count(SQLite::Database& database, const char* query, std::int64_t batch)
{
    SQLite::Statement find(database, query);
    find.bind(1, batch);
    find.executeStep();
    return find.getColumn(0).getInt64();
}

void run(SQLite::Database& database, const std::string& change, std::int64_t batch)
{
    SQLite::Statement statement(database, change);
    statement.bind(1, batch);
    statement.exec();
}

// The rows that commands after an import changed, as they are, and which of the commands did: what they would be undone
// from.
class LaterRows
{
public:
    LaterRows(SQLite::Database& database, std::int64_t command) : m_database(database)
    {
        SQLite::Statement later(database, "SELECT id, words FROM command WHERE id > ? AND undone_by IS NULL AND"
                                          " changeset IS NOT NULL AND kind NOT IN ('undo', 'redo') ORDER BY id");
        later.bind(1, command);
        while (later.executeStep())
            for (const RowChange& change : changesIn(storedChanges(database, later.getColumn(0).getInt64())))
                m_rows[change.row] = {valuesOf(change.row), later.getColumn(1).getString()};
    }
    // The words of the command that would find a row of its own otherwise than before; empty: none.
    std::string changed()
    {
        for (const auto& [row, before] : m_rows)
            if (valuesOf(row) != before.values)
                return before.words;
        return {};
    }

private:
    struct Row
    {
        std::string values, words;
    };
    SQLite::Statement& finder(const std::string& table)
    {
        std::unique_ptr<SQLite::Statement>& find = m_finders[table];
        if (find)
            return *find;
        std::string where;
        SQLite::Statement key(m_database, "SELECT name FROM pragma_table_info(?) WHERE pk > 0 ORDER BY cid");
        key.bind(1, table);
        while (key.executeStep())
            where += (where.empty() ? "" : " AND ") + key.getColumn(0).getString() + " = ?";
        find = std::make_unique<SQLite::Statement>(m_database, "SELECT * FROM " + table + " WHERE " + where);
        return *find;
    }
    std::string valuesOf(const ChangedRow& row)
    {
        SQLite::Statement& find = finder(row.table);
        std::istringstream keys(row.key);
        std::string key, values;
        for (int place = 1; std::getline(keys, key); ++place)
            find.bind(place, key);
        if (find.executeStep())
            for (int column = 0; column < find.getColumnCount(); ++column)
                values += find.getColumn(column).getString() + "\n";
        find.reset();
        return values;
    }

    SQLite::Database& m_database;
    std::map<std::string, std::unique_ptr<SQLite::Statement>> m_finders;
    std::map<ChangedRow, Row> m_rows;
};

// The texts of studies of earlier imports whose description the batch changed, as they are now.
void indexChanged(SQLite::Database& database, std::int64_t batch)
{
    const std::string changed = "(SELECT row FROM earlier_value WHERE batch = ? AND thing = 'study' AND field ="
                                " 'description')";
    run(database, "DELETE FROM text_index WHERE rowid IN " + changed, batch);
    run(database,
        "INSERT INTO text_index(rowid, text) SELECT id, description FROM study WHERE description <> '' AND id IN " +
            changed,
        batch);
}

} // namespace

void removeImport(SQLite::Database& database, const CommandEntry& command)
{
    SQLite::Statement find(database, "SELECT id, dataset FROM batch WHERE command = ?");
    find.bind(1, command.id);
    if (!find.executeStep())
        throw Error(ErrorCode::Data, {undoing}, command.words,
                    {TextId("library.no_batch", "its rows cannot be told from others any more: nothing was done")});
    const std::int64_t batch = find.getColumn(0).getInt64(), dataset = find.getColumn(1).getInt64();
    find.reset();
    LaterRows later(database, command.id);
    putBack(database, batch);
    std::string hangs;
    for (const auto& [what, query] : work)
        if (const std::int64_t rows = count(database, query, batch); rows > 0)
            hangs += (hangs.empty() ? "" : ", ") + std::to_string(rows) + " " + what;
    if (!hangs.empty())
        throw Error(
            ErrorCode::Data, {TextId("library.undo_import_work", "undo")}, command.words,
            {TextId("library.work_hangs", "work hangs on what it brought: %1. Take that back first; nothing was done"),
             hangs});
    run(database, "UPDATE label SET replaced_by = NULL WHERE replaced_by IN (SELECT id FROM label WHERE batch = ?)",
        batch);
    run(database, "DELETE FROM text_index WHERE rowid IN (SELECT id FROM study WHERE batch = ?)", batch);
    indexChanged(database, batch);
    for (const char* table : {"label", "mask_file", "annotation", "finding", "image", "study", "patient", "file"})
        run(database, std::string("DELETE FROM ") + table + " WHERE batch = ?", batch);
    run(database, "DELETE FROM folder WHERE batch = ? AND id NOT IN (SELECT folder FROM file)", batch);
    run(database, "DELETE FROM earlier_value WHERE batch = ?", batch);
    run(database, "DELETE FROM vocabulary WHERE batch = ?", batch);
    run(database, "DELETE FROM batch WHERE id = ?", batch);
    run(database, "DELETE FROM root WHERE id NOT IN (SELECT root FROM folder) AND ?1 > 0", batch);
    run(database, "DELETE FROM vocabulary WHERE dataset = ? AND dataset NOT IN (SELECT dataset FROM batch)", dataset);
    run(database, "DELETE FROM dataset WHERE id = ? AND id NOT IN (SELECT dataset FROM batch)", dataset);
    if (const std::string words = later.changed(); !words.empty())
        throw Error(ErrorCode::Data, {undoing}, command.words, {laterStandsOnIt, words});
}

void indexTexts(SQLite::Database& database, std::int64_t command)
{
    SQLite::Statement find(database, "SELECT id FROM batch WHERE command = ?");
    find.bind(1, command);
    if (find.executeStep())
        indexChanged(database, find.getColumn(0).getInt64());
    run(database,
        "INSERT INTO text_index(rowid, text) SELECT id, description FROM study WHERE description <> '' AND batch = (SELECT id"
        " FROM batch WHERE command = ?)",
        command);
}

} // namespace mama

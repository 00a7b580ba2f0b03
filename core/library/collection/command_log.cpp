// Commands of a library: done, undone, done again, told.
#include "core/base/error.h"
#include "core/base/folded_text.h"
#include "core/library/collection/import_removal.h"
#include "core/library/collection/library.h"
#include "core/library/collection/library_schema.h"
#include "core/library/collection/stored_changes.h"
#include "core/library/row_changes.h"
#include "core/library/utc_time.h"

#include <SQLiteCpp/Database.h>
#include <SQLiteCpp/Statement.h>
#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>
#include <set>

namespace mama {
namespace {

constexpr auto undoing = TextId("library.undo", "undo");
constexpr auto redoing = TextId("library.redo", "redo");

CommandEntry entryOf(SQLite::Statement& row)
{
    CommandEntry entry{row.getColumn(0).getInt64(),
                       row.getColumn(1).getInt64(),
                       row.getColumn(2).getString(),
                       row.getColumn(3).getString(),
                       row.getColumn(4).getString(),
                       row.getColumn(5).getString(),
                       row.getColumn(6).getInt64(),
                       std::nullopt,
                       std::nullopt};
    if (!row.getColumn(7).isNull())
        entry.undoneBy = row.getColumn(7).getInt64();
    if (!row.getColumn(8).isNull())
        entry.turns = row.getColumn(8).getInt64();
    entry.about = row.getColumn(9).getString();
    return entry;
}

constexpr const char* columns =
    "SELECT id, session, author, at, kind, words, rows, undone_by, turns, about FROM command ";

std::optional<CommandEntry> findCommand(SQLite::Database& database, const std::string& where, std::int64_t value = 0)
{
    SQLite::Statement find(database, columns + where);
    if (value != 0)
        find.bind(1, value);
    return find.executeStep() ? std::optional(entryOf(find)) : std::nullopt;
}

// What an undo or redo of a command says of itself.
struct Turn
{
    const char *kind, *words;
};
CommandEntry turning(const CommandEntry& command, const Turn& turn, std::int64_t session)
{
    CommandEntry entry;
    entry.session = session;
    entry.kind = turn.kind;
    entry.words = turn.words + command.words;
    entry.rows = command.rows;
    entry.turns = command.id;
    entry.about = command.about;
    return entry;
}

// Commands that are no undo or redo themselves, and those of reading sessions, which are final.
constexpr const char* undoable = "kind NOT IN ('undo', 'redo', 'lock', 'assign')";

void checkUndoable(const CommandEntry& command)
{
    if (command.undoneBy)
        throw Error(ErrorCode::Usage, {undoing}, command.words,
                    {TextId("library.undone_already", "it was undone already")});
    for (const char* kind : {"undo", "redo", "lock", "assign"})
        if (command.kind == kind)
            throw Error(ErrorCode::Usage, {undoing}, command.words,
                        {TextId("library.no_undo_of", "a command of the kind \"%1\" is not undone here"), kind});
}

void setUndoneBy(SQLite::Database& database, std::int64_t command, std::int64_t by)
{
    SQLite::Statement set(database, "UPDATE command SET undone_by = ? WHERE id = ?");
    if (by != 0)
        set.bind(1, by);
    set.bind(2, command);
    set.exec();
}

// Which columns of a table refer to another: its place and the other's name.
using References = std::vector<std::pair<std::size_t, std::string>>;
References referencesOf(SQLite::Database& database, const std::string& table)
{
    References out;
    SQLite::Statement each(database, "SELECT cid, \"table\" FROM pragma_foreign_key_list(?1) AS key JOIN"
                                     " pragma_table_info(?1) AS info ON info.name = key.\"from\"");
    each.bind(1, table);
    while (each.executeStep())
        out.emplace_back(static_cast<std::size_t>(each.getColumn(0).getInt()), each.getColumn(1).getString());
    return out;
}

// Values that no two rows of a table may share: the columns of each such rule.
using UniqueColumns = std::vector<std::vector<std::size_t>>;
UniqueColumns uniqueColumns(SQLite::Database& database, const std::string& table)
{
    std::map<std::string, std::vector<std::size_t>> rules;
    SQLite::Statement each(database,
                           "SELECT list.name, info.cid FROM pragma_index_list(?1) AS list JOIN"
                           " pragma_index_info(list.name) AS info WHERE list.\"unique\" AND list.origin <> 'pk'"
                           " ORDER BY list.name, info.seqno");
    each.bind(1, table);
    while (each.executeStep())
        rules[each.getColumn(0).getString()].push_back(static_cast<std::size_t>(each.getColumn(1).getInt()));
    UniqueColumns out;
    for (auto& [name, rule] : rules)
        out.push_back(std::move(rule));
    return out;
}

// What a command took from rows that no two rows may share, and its undo brings back. Rows whose rule is over several
// columns are made and removed, never renamed: all of it is known.
class FreedValues
{
public:
    explicit FreedValues(SQLite::Database& database) : m_database(database) {}

    void add(const RowChange& change)
    {
        if (change.kind != RowChange::Insert)
            eachKey(change.row.table, change.before,
                    [&](std::string key) { m_freed[std::move(key)] = change.row.key; });
    }
    // Another row has one of them since.
    bool takenBy(const RowChange& change)
    {
        bool taken = false;
        if (change.kind != RowChange::Delete && !m_freed.empty())
            eachKey(change.row.table, change.values, [&](const std::string& key) {
                const auto found = m_freed.find(key);
                taken = taken || (found != m_freed.end() && found->second != change.row.key);
            });
        return taken;
    }

private:
    template <class Use>
    void eachKey(const std::string& table, const std::vector<std::string>& values, Use use)
    {
        const auto [known, isNew] = m_rules.try_emplace(table);
        if (isNew)
            known->second = uniqueColumns(m_database, table);
        for (std::size_t rule = 0; rule < known->second.size(); ++rule) {
            std::string key = table + '\n' + std::to_string(rule);
            bool whole = true;
            for (const std::size_t column : known->second[rule]) {
                whole = whole && !values.at(column).empty();
                key += '\n' + asciiFolded(values.at(column)); // names that differ by case alone are one
            }
            if (whole)
                use(std::move(key));
        }
    }

    SQLite::Database& m_database;
    std::map<std::string, UniqueColumns> m_rules;
    std::map<std::string, std::string> m_freed; // by rule and values: the row
};

// The words of the last command after `command` that changed a row that it changed, refers to one that it made, or took
// a name that it freed; empty: none.
std::string whatStandsOn(SQLite::Database& database, const CommandEntry& command)
{
    SQLite::Statement later(database, std::string(columns) +
                                          "WHERE id > ? AND undone_by IS NULL AND changeset IS NOT NULL"
                                          " AND kind NOT IN ('undo', 'redo') ORDER BY id DESC");
    later.bind(1, command.id);
    std::set<ChangedRow> rows;
    std::set<std::pair<std::string, std::string>> made; // table and id
    std::map<std::string, References> references;
    FreedValues freed(database);
    while (later.executeStep()) {
        if (rows.empty())
            for (const RowChange& change : changesIn(storedChanges(database, command.id))) {
                rows.insert(change.row);
                if (change.kind == RowChange::Insert)
                    made.emplace(change.row.table, change.values.front());
                freed.add(change);
            }
        const CommandEntry entry = entryOf(later);
        for (const RowChange& change : changesIn(storedChanges(database, entry.id))) {
            const auto [known, isNew] = references.try_emplace(change.row.table);
            if (isNew)
                known->second = referencesOf(database, change.row.table);
            const auto refers = [&](const auto& each) {
                return made.contains({each.second, change.values.at(each.first)});
            };
            if (rows.contains(change.row) || freed.takenBy(change) ||
                std::any_of(known->second.begin(), known->second.end(), refers))
                return entry.words;
        }
    }
    return {};
}

void turnBack(SQLite::Database& database, const CommandEntry& command)
{
    const std::string later = whatStandsOn(database, command);
    if (!later.empty())
        throw Error(ErrorCode::Data, {undoing}, command.words, {laterStandsOnIt, later});
    ChangedRow conflict;
    if (!applyChanges(database.getHandle(), storedChanges(database, command.id), Direction::Undo, conflict))
        throw Error(ErrorCode::Data, {undoing}, command.words,
                    {TextId("library.changed_later", "what it changed was changed again since (%1): nothing was done"),
                     conflict.table.empty() ? std::string("other rows refer to it") : conflict.table});
}

void turnForward(SQLite::Database& database, const CommandEntry& command, bool import)
{
    ChangedRow conflict;
    if (!applyChanges(database.getHandle(), storedChanges(database, import ? *command.undoneBy : command.id),
                      import ? Direction::Undo : Direction::Do, conflict))
        throw Error(ErrorCode::Data, {redoing}, command.words,
                    {TextId("library.changed_before_redo", "what it changed was changed since (%1): nothing was done"),
                     conflict.table});
    if (import)
        indexTexts(database, command.id);
}

} // namespace

std::int64_t Library::session(SQLite::Database& database)
{
    if (m_session == 0) {
        SQLite::Statement add(database, "INSERT INTO session(author, read_first, began) VALUES (?, 0, ?)");
        add.bind(1, m_author);
        add.bind(2, utcNow());
        add.exec();
        return database.getLastInsertRowid();
    }
    return m_session;
}

std::int64_t Library::addCommand(SQLite::Database& database, const CommandEntry& entry)
{
    SQLite::Statement add(database, "INSERT INTO command(id, session, author, at, kind, words, rows, turns, about)"
                                    " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)");
    if (entry.id != 0)
        add.bind(1, entry.id);
    add.bind(2, entry.session);
    add.bind(3, m_author);
    add.bind(4, utcNow());
    add.bind(5, entry.kind);
    add.bind(6, entry.words);
    add.bind(7, entry.rows);
    if (entry.turns)
        add.bind(8, *entry.turns);
    add.bind(9, entry.about);
    add.exec();
    return database.getLastInsertRowid();
}

namespace {

struct Nothing // thrown through a transaction that shall leave nothing
{
    Library::Done done;
};

// The number that the next command gets.
std::int64_t nextCommand(SQLite::Database& database)
{
    return database.execAndGet("SELECT ifnull((SELECT seq FROM sqlite_sequence WHERE name = 'command'), 0) + 1")
        .getInt64();
}

} // namespace

// The words are known only when the work is done, and a command's words are never changed: so its row is added last,
// and rows that refer to it by then are checked at the end of the transaction.
Change Library::change(const Work& work)
{
    Change out;
    std::int64_t used = 0;
    try {
        m_database->write([&](SQLite::Database& database) {
            database.exec("PRAGMA defer_foreign_keys=ON");
            const std::int64_t command = nextCommand(database);
            std::optional<RowChanges> changes;
            if (!work.undoneByBatch)
                changes.emplace(database.getHandle(), recordedTables());
            const Done done = work.run(database, command);
            if (done.rows == 0)
                throw Nothing{done};
            const std::string changeSet = changes ? changes->changeSet() : std::string();
            changes.reset();
            used = session(database);
            CommandEntry entry;
            entry.id = command;
            entry.session = used;
            entry.kind = work.kind;
            entry.words = done.words;
            entry.rows = done.rows;
            entry.about = done.about;
            addCommand(database, entry);
            if (!work.undoneByBatch)
                storeChanges(database, command, changeSet);
            out = {command, done.words, done.rows};
        });
    } catch (const Nothing& nothing) {
        return {0, nothing.done.words, 0};
    }
    m_session = used;
    return out;
}

Change Library::undo(std::optional<std::int64_t> wanted)
{
    Change out;
    std::int64_t used = 0;
    m_database->write([&](SQLite::Database& database) {
        const auto found = wanted ? findCommand(database, "WHERE id = ?", *wanted)
                                  : findCommand(database, std::string("WHERE undone_by IS NULL AND ") + undoable +
                                                              " ORDER BY id DESC LIMIT 1");
        if (!found)
            throw Error(ErrorCode::Usage, {undoing}, wanted ? std::to_string(*wanted) : "",
                        wanted ? UserText({TextId("library.no_command", "there is no such command")})
                               : UserText({TextId("library.nothing_to_undo", "there is nothing to undo")}));
        checkUndoable(*found);
        used = session(database);
        const bool import = found->kind == "import";
        std::optional<RowChanges> removed;
        if (import)
            removed.emplace(database.getHandle(), recordedTables());
        if (import)
            removeImport(database, *found);
        else
            turnBack(database, *found);
        const CommandEntry entry = turning(*found, {"undo", "Undo: "}, used);
        const std::int64_t command = addCommand(database, entry);
        if (removed)
            storeChanges(database, command, removed->changeSet());
        setUndoneBy(database, found->id, command);
        out = {command, entry.words, entry.rows};
    });
    m_session = used;
    return out;
}

Change Library::redo(std::optional<std::int64_t> wanted)
{
    Change out;
    std::int64_t used = 0;
    m_database->write([&](SQLite::Database& database) {
        const auto found =
            wanted ? findCommand(database, "WHERE undone_by IS NOT NULL AND id = ?", *wanted)
                   : findCommand(database, std::string("WHERE undone_by IS NOT NULL AND undone_by > (SELECT "
                                                       "ifnull(max(id), 0) FROM command WHERE ") +
                                               undoable + ") ORDER BY undone_by DESC LIMIT 1");
        if (!found)
            throw Error(ErrorCode::Usage, {redoing}, "",
                        {TextId("library.nothing_to_redo", "there is nothing that was undone last")});
        used = session(database);
        const bool import = found->kind == "import"; // what its undo removed comes back
        turnForward(database, *found, import);
        const CommandEntry entry = turning(*found, {"redo", "Redo: "}, used);
        const std::int64_t command = addCommand(database, entry);
        setUndoneBy(database, found->id, 0);
        out = {command, entry.words, entry.rows};
    });
    m_session = used;
    return out;
}

std::optional<CommandEntry> Library::found(const std::string& where, const std::string& about)
{
    std::optional<CommandEntry> found;
    m_database->read([&](SQLite::Database& database) {
        SQLite::Statement find(database, columns + where);
        find.bind(1, m_first);
        find.bind(2, m_session.load());
        if (!about.empty())
            find.bind(3, about);
        if (find.executeStep())
            found = entryOf(find);
    });
    return found;
}

std::optional<CommandEntry> Library::lastDone(const std::string& about)
{
    return found(std::string("WHERE undone_by IS NULL AND ") + undoable + " AND (id <= ?1 OR session = ?2)" +
                     (about.empty() ? "" : " AND about = ?3") + " ORDER BY id DESC LIMIT 1",
                 about);
}

std::optional<CommandEntry> Library::lastUndone(const std::string& about)
{
    return found(std::string("WHERE about = ?3 AND undone_by > (SELECT ifnull(max(id), 0) FROM command WHERE about = ?3"
                             " AND ") +
                     undoable +
                     ") AND (SELECT turned.id <= ?1 OR turned.session = ?2 FROM command AS turned WHERE turned.id ="
                     " command.undone_by) ORDER BY undone_by DESC LIMIT 1",
                 about);
}

std::vector<CommandEntry> Library::commands()
{
    std::vector<CommandEntry> out;
    m_database->read([&](SQLite::Database& database) {
        SQLite::Statement each(database, std::string(columns) + "ORDER BY id");
        while (each.executeStep())
            out.push_back(entryOf(each));
    });
    return out;
}

std::string jsonLine(const CommandEntry& entry)
{
    nlohmann::json line = {{"command", entry.id}, {"session", entry.session}, {"author", entry.author},
                           {"at", entry.at},      {"kind", entry.kind},       {"words", entry.words},
                           {"rows", entry.rows}};
    if (entry.undoneBy)
        line["undone_by"] = *entry.undoneBy;
    if (entry.turns)
        line["of"] = *entry.turns;
    return line.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

} // namespace mama

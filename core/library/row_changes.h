#pragma once
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

struct sqlite3;
struct sqlite3_session;

namespace mama {

// What a transaction does to the rows of some tables, as SQLite's change set: kept with a command, it is what undoes
// it. Tables are attached by their names, since shadow tables of an index must not be recorded.
class RowChanges
{
public:
    RowChanges(sqlite3* database, const char* table) : RowChanges(database, std::span(&table, 1)) {}
    RowChanges(sqlite3* database, std::span<const char* const> tables);
    ~RowChanges();
    RowChanges(const RowChanges&) = delete;
    RowChanges& operator=(const RowChanges&) = delete;

    std::string changeSet() const; // since the beginning; empty: nothing changed

private:
    sqlite3* m_database;
    sqlite3_session* m_session = nullptr;
};

// The primary key of the first row that a change set changes: a text and two numbers, as assigned_view has it.
// SQLite::Exception (SQLITE_CORRUPT) if it has none.
struct ChangedKey
{
    std::string text;
    std::int64_t first = 0, second = 0;
};
ChangedKey changedKey(const std::string& changeSet);

// Undoes a change set. False, and nothing is done, where the rows are no longer as it left them.
bool undoChanges(sqlite3* database, const std::string& changeSet);

// A row by its table and primary key.
struct ChangedRow
{
    std::string table, key;
    auto operator<=>(const ChangedRow&) const = default;
};

// Does or undoes a change set. False, and nothing is done, where its rows are no longer as it needs them: `conflict` is
// then the first such row; without a table where other rows refer to what would go.
enum class Direction { Do, Undo };
bool applyChanges(sqlite3* database, const std::string& changeSet, Direction direction, ChangedRow& conflict);

// Every row that a change set changes, with the values (of its columns, in their order) that it gives or takes; a value
// that it does not touch is empty.
struct RowChange
{
    ChangedRow row;
    enum Kind { Insert, Update, Delete } kind = Insert;
    std::vector<std::string> values;
    std::vector<std::string> before{}; // what an update or a deletion took away, likewise
};
std::vector<RowChange> changesIn(const std::string& changeSet);

} // namespace mama

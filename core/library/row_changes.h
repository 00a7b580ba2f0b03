#pragma once
#include <cstdint>
#include <memory>
#include <string>

struct sqlite3;
struct sqlite3_session;

namespace mama {

// What a transaction does to the rows of one table, as SQLite's change set: kept with a command, it is what undoes it.
// The table is attached by its name, since shadow tables of an index must not be recorded.
class RowChanges
{
public:
    RowChanges(sqlite3* database, const char* table);
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

} // namespace mama

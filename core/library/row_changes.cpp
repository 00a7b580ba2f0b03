#include "core/library/row_changes.h"

#include <SQLiteCpp/Exception.h>
#include <array>
#include <sqlite3.h>

namespace mama {
namespace {

void check(sqlite3* database, int result)
{
    if (result != SQLITE_OK)
        throw SQLite::Exception(database, result);
}

SQLite::Exception damaged() { return {"a change set is damaged", SQLITE_CORRUPT}; }

std::string textOf(sqlite3_value* value)
{
    const auto* text = value ? reinterpret_cast<const char*>(sqlite3_value_text(value)) : nullptr;
    return text ? text : "";
}

// The row that an iterator stands at: its key's values, a line each.
ChangedRow rowAt(sqlite3_changeset_iter* at)
{
    const char* table = nullptr;
    int columns = 0, operation = 0, indirect = 0;
    unsigned char* inKey = nullptr;
    sqlite3changeset_op(at, &table, &columns, &operation, &indirect);
    sqlite3changeset_pk(at, &inKey, nullptr);
    ChangedRow row{table, ""};
    for (int column = 0; column < columns; ++column)
        if (inKey[column]) {
            sqlite3_value* value = nullptr;
            operation == SQLITE_INSERT ? sqlite3changeset_new(at, column, &value)
                                       : sqlite3changeset_old(at, column, &value);
            row.key += textOf(value) + "\n";
        }
    return row;
}

int stopAtConflict(void* conflict, int kind, sqlite3_changeset_iter* at)
{
    if (kind != SQLITE_CHANGESET_FOREIGN_KEY)
        *static_cast<ChangedRow*>(conflict) = rowAt(at);
    return SQLITE_CHANGESET_ABORT;
}

} // namespace

RowChanges::RowChanges(sqlite3* database, std::span<const char* const> tables) : m_database(database)
{
    check(database, sqlite3session_create(database, "main", &m_session));
    for (const char* table : tables)
        if (const int result = sqlite3session_attach(m_session, table); result != SQLITE_OK) {
            sqlite3session_delete(m_session);
            check(database, result);
        }
}

RowChanges::~RowChanges() { sqlite3session_delete(m_session); }

std::string RowChanges::changeSet() const
{
    int size = 0;
    void* bytes = nullptr;
    check(m_database, sqlite3session_changeset(m_session, &size, &bytes));
    const std::unique_ptr<void, decltype(&sqlite3_free)> owner(bytes, &sqlite3_free);
    return {static_cast<const char*>(bytes), static_cast<std::size_t>(size)};
}

ChangedKey changedKey(const std::string& changeSet)
{
    sqlite3_changeset_iter* at = nullptr;
    std::string bytes = changeSet;
    check(nullptr, sqlite3changeset_start(&at, static_cast<int>(bytes.size()), bytes.data()));
    const std::unique_ptr<sqlite3_changeset_iter, decltype(&sqlite3changeset_finalize)> owner(
        at, &sqlite3changeset_finalize);
    const char* table = nullptr;
    int columns = 0, operation = 0, indirect = 0;
    if (sqlite3changeset_next(at) != SQLITE_ROW)
        throw damaged();
    sqlite3changeset_op(at, &table, &columns, &operation, &indirect);
    std::array<sqlite3_value*, 3> key{};
    for (int column = 0; column < 3; ++column) {
        sqlite3_value*& value = key[static_cast<std::size_t>(column)];
        operation == SQLITE_INSERT ? sqlite3changeset_new(at, column, &value)
                                   : sqlite3changeset_old(at, column, &value);
        if (!value || sqlite3_value_type(value) != (column == 0 ? SQLITE_TEXT : SQLITE_INTEGER))
            throw damaged();
    }
    return {reinterpret_cast<const char*>(sqlite3_value_text(key[0])), sqlite3_value_int64(key[1]),
            sqlite3_value_int64(key[2])};
}

bool undoChanges(sqlite3* database, const std::string& changeSet)
{
    ChangedRow conflict;
    return applyChanges(database, changeSet, Direction::Undo, conflict);
}

bool applyChanges(sqlite3* database, const std::string& changeSet, Direction direction, ChangedRow& conflict)
{
    std::string bytes = changeSet;
    int size = static_cast<int>(bytes.size());
    void* inverse = nullptr;
    if (direction == Direction::Undo)
        check(database, sqlite3changeset_invert(size, bytes.data(), &size, &inverse));
    const std::unique_ptr<void, decltype(&sqlite3_free)> owner(inverse, &sqlite3_free);
    const int result =
        sqlite3changeset_apply(database, size, inverse ? inverse : bytes.data(), nullptr, stopAtConflict, &conflict);
    if (result == SQLITE_ABORT)
        return false;
    check(database, result);
    return true;
}

std::vector<RowChange> changesIn(const std::string& changeSet)
{
    std::vector<RowChange> out;
    std::string bytes = changeSet;
    sqlite3_changeset_iter* at = nullptr;
    check(nullptr, sqlite3changeset_start(&at, static_cast<int>(bytes.size()), bytes.data()));
    const std::unique_ptr<sqlite3_changeset_iter, decltype(&sqlite3changeset_finalize)> owner(
        at, &sqlite3changeset_finalize);
    while (sqlite3changeset_next(at) == SQLITE_ROW) {
        const char* table = nullptr;
        int columns = 0, operation = 0, indirect = 0;
        sqlite3changeset_op(at, &table, &columns, &operation, &indirect);
        RowChange change{rowAt(at),
                         operation == SQLITE_INSERT   ? RowChange::Insert
                         : operation == SQLITE_DELETE ? RowChange::Delete
                                                      : RowChange::Update,
                         {},
                         {}};
        for (int column = 0; column < columns; ++column) {
            sqlite3_value* value = nullptr;
            operation == SQLITE_DELETE ? sqlite3changeset_old(at, column, &value)
                                       : sqlite3changeset_new(at, column, &value);
            change.values.push_back(textOf(value));
            if (operation != SQLITE_INSERT) {
                sqlite3changeset_old(at, column, &value);
                change.before.push_back(textOf(value));
            }
        }
        out.push_back(std::move(change));
    }
    return out;
}

} // namespace mama

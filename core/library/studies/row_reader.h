#pragma once
#include <cstdint>
#include <string>
#include <string_view>

struct sqlite3;
struct sqlite3_stmt;

namespace SQLite {
class Database;
}

namespace mama {

// Rows of a query, as fast as SQLite gives them: SQLiteCpp counts references for every cell, which is felt where there
// are half a million rows. What fails is what SQLiteCpp throws.
class RowReader
{
public:
    RowReader(SQLite::Database& database, const std::string& query);
    ~RowReader();
    RowReader(const RowReader&) = delete;
    RowReader& operator=(const RowReader&) = delete;

    bool next(); // false: that was the last one
    std::int64_t number(int column) const;
    std::string_view text(int column) const; // until the next row

private:
    sqlite3* m_database;
    sqlite3_stmt* m_statement = nullptr;
};

} // namespace mama

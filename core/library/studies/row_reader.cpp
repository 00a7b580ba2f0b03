#include "core/library/studies/row_reader.h"

#include <SQLiteCpp/Database.h>
#include <SQLiteCpp/Exception.h>
#include <sqlite3.h>

namespace mama {

RowReader::RowReader(SQLite::Database& database, const std::string& query) : m_database(database.getHandle())
{
    const int result =
        sqlite3_prepare_v2(m_database, query.c_str(), static_cast<int>(query.size()), &m_statement, nullptr);
    if (result != SQLITE_OK)
        throw SQLite::Exception(m_database, result);
}

RowReader::~RowReader() { sqlite3_finalize(m_statement); }

bool RowReader::next()
{
    const int result = sqlite3_step(m_statement);
    if (result != SQLITE_ROW && result != SQLITE_DONE)
        throw SQLite::Exception(m_database, result);
    return result == SQLITE_ROW;
}

std::int64_t RowReader::number(int column) const { return sqlite3_column_int64(m_statement, column); }

std::string_view RowReader::text(int column) const
{
    const unsigned char* text = sqlite3_column_text(m_statement, column);
    return text ? std::string_view(reinterpret_cast<const char*>(text),
                                   static_cast<std::size_t>(sqlite3_column_bytes(m_statement, column)))
                : std::string_view();
}

} // namespace mama

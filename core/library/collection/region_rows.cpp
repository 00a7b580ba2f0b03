#include "core/library/collection/region_rows.h"

#include <SQLiteCpp/Column.h>
#include <SQLiteCpp/Statement.h>
#include <cstring>

namespace mama {

std::vector<float> numbersAt(SQLite::Statement& row, int column)
{
    const SQLite::Column blob = row.getColumn(column);
    std::vector<float> out(static_cast<std::size_t>(blob.getBytes()) / sizeof(float));
    if (!out.empty())
        std::memcpy(out.data(), blob.getBlob(), out.size() * sizeof(float));
    return out;
}

void bindNumbers(SQLite::Statement& statement, int place, const std::vector<float>& numbers)
{
    statement.bind(place, static_cast<const void*>(numbers.data()), static_cast<int>(numbers.size() * sizeof(float)));
}

} // namespace mama

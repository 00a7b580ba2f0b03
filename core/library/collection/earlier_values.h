#pragma once
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <variant>
#include <vector>

namespace SQLite {
class Database;
class Statement;
} // namespace SQLite

namespace mama {

// Changes what an earlier import brought, and keeps what it was under the import's batch: an import has no change set,
// so this is what its undo puts back.
class EarlierValues
{
public:
    using Value = std::variant<std::monostate, std::int64_t, double, std::string, std::vector<float>>;
    struct Place // one field of one row; its table and field are among those that can be put back
    {
        const char* table;
        std::int64_t row = 0;
        const char* field;
    };
    EarlierValues(SQLite::Database& database, std::int64_t batch);
    ~EarlierValues();
    void set(const Place& place, const Value& value);

private:
    struct Pair;
    SQLite::Database& m_database;
    std::int64_t m_batch;
    std::map<std::pair<std::string, std::string>, std::unique_ptr<Pair>> m_statements;
};

// Puts back what an import changed; its rows of earlier values stay until it is removed.
void putBack(SQLite::Database& database, std::int64_t batch);

} // namespace mama

#include "core/library/collection/earlier_values.h"

#include <SQLiteCpp/Database.h>
#include <SQLiteCpp/Statement.h>
#include <array>

namespace mama {
namespace {

// What an import may change of a row that is there. Names come from here alone, never from a library's file.
constexpr std::array changeable{
    std::pair{"study", "patient"},    std::pair{"study", "date"},        std::pair{"study", "kind"},
    std::pair{"study", "age"},        std::pair{"study", "description"}, std::pair{"study", "split"},
    std::pair{"study", "row_of"},     std::pair{"image", "study"},       std::pair{"image", "side"},
    std::pair{"image", "view"},       std::pair{"image", "modifiers"},   std::pair{"image", "type"},
    std::pair{"image", "vendor"},     std::pair{"image", "model"},       std::pair{"image", "rows"},
    std::pair{"image", "cols"},       std::pair{"image", "flags"},       std::pair{"image", "row_of"},
    std::pair{"file", "folder"},      std::pair{"file", "state"},        std::pair{"finding", "side"},
    std::pair{"finding", "number"},   std::pair{"finding", "kinds"},     std::pair{"finding", "content"},
    std::pair{"finding", "row_of"},   std::pair{"annotation", "image"},  std::pair{"annotation", "geometry"},
    std::pair{"annotation", "kind"},  std::pair{"annotation", "given"},  std::pair{"annotation", "frame_note"},
    std::pair{"label", "replaced_by"}};

struct Binder
{
    SQLite::Statement& statement;
    void operator()(std::monostate) const { statement.bind(1); }
    void operator()(std::int64_t number) const { statement.bind(1, number); }
    void operator()(double number) const { statement.bind(1, number); }
    void operator()(const std::string& text) const { statement.bind(1, text); }
    void operator()(const std::vector<float>& numbers) const
    {
        statement.bind(1, static_cast<const void*>(numbers.data()), static_cast<int>(numbers.size() * sizeof(float)));
    }
};

} // namespace

struct EarlierValues::Pair
{
    Pair(SQLite::Database& database, const std::string& table, const std::string& field)
        : keep(database, "INSERT OR IGNORE INTO earlier_value(batch, thing, row, field, value) SELECT ?1, '" + table +
                             "', id, '" + field + "', " + field + " FROM " + table + " WHERE id = ?2"),
          set(database, "UPDATE " + table + " SET " + field + " = ?1 WHERE id = ?2")
    {}
    SQLite::Statement keep, set;
};

EarlierValues::EarlierValues(SQLite::Database& database, std::int64_t batch) : m_database(database), m_batch(batch) {}

EarlierValues::~EarlierValues() = default;

void EarlierValues::set(const Place& place, const Value& value)
{
    std::unique_ptr<Pair>& pair = m_statements[{place.table, place.field}];
    if (!pair)
        pair = std::make_unique<Pair>(m_database, place.table, place.field);
    pair->keep.bind(1, m_batch);
    pair->keep.bind(2, place.row);
    pair->keep.exec();
    pair->keep.reset();
    std::visit(Binder{pair->set}, value);
    pair->set.bind(2, place.row);
    pair->set.exec();
    pair->set.reset();
}

void putBack(SQLite::Database& database, std::int64_t batch)
{
    for (const auto& [thing, field] : changeable) {
        const std::string table = thing, column = field,
                          own = " FROM earlier_value WHERE batch = ?1 AND thing = '" + table + "' AND field = '" +
                                column + "'";
        SQLite::Statement set(database, "UPDATE " + table + " SET " + column + " = (SELECT value" + own +
                                            " AND row = " + table + ".id) WHERE id IN (SELECT row" + own + ")");
        set.bind(1, batch);
        set.exec();
    }
}

} // namespace mama

#include "core/library/collection/saved_mappings.h"

#include "core/base/error.h"
#include "core/tables/cell.h"

#include <SQLiteCpp/Database.h>
#include <SQLiteCpp/Statement.h>
#include <nlohmann/json.hpp>

namespace mama {

std::map<std::string, TableMapping> savedMappings(Library& library)
{
    std::map<std::string, TableMapping> out;
    library.read([&](SQLite::Database& database) {
        SQLite::Statement each(database, "SELECT name, columns FROM mapping");
        while (each.executeStep()) {
            const auto document = nlohmann::json::parse(each.getColumn(1).getString(), nullptr, false);
            if (!document.is_discarded())
                out.emplace(each.getColumn(0).getString(), mappingFrom(document));
        }
    });
    return out;
}

Change saveMapping(Library& library, const std::string& name, const TableMapping& mapping)
{
    const std::string called(trimmed(name));
    if (called.empty())
        throw Error(ErrorCode::Usage, {TextId("library.save_mapping", "save mapping")}, "",
                    {TextId("library.mapping_name", "give it a name")});
    return library.change({"mapping", [&](SQLite::Database& database, std::int64_t) {
                               SQLite::Statement set(
                                   database,
                                   "INSERT INTO mapping(name, columns) VALUES (?1, ?2) ON CONFLICT(name) DO UPDATE SET"
                                   " columns = ?2 WHERE columns <> ?2");
                               set.bind(1, called);
                               set.bind(2, toJson(mapping).dump());
                               return Library::Done{"Save mapping " + called, set.exec()};
                           }});
}

Change removeMapping(Library& library, const std::string& name)
{
    return library.change({"mapping", [&](SQLite::Database& database, std::int64_t) {
                               SQLite::Statement remove(database, "DELETE FROM mapping WHERE name = ?");
                               remove.bind(1, name);
                               return Library::Done{"Remove mapping " + name, remove.exec()};
                           }});
}

TableMapping mappingFor(Library* library, std::span<const std::string> heading)
{
    TableMapping best;
    if (library != nullptr)
        for (const auto& [name, mapping] : savedMappings(*library))
            if (faultOf(mapping, heading).empty() &&
                mapping.fields.size() + mapping.labels.size() > best.fields.size() + best.labels.size())
                best = mapping;
    return best.fields.empty() ? guessedMapping(heading) : best;
}

} // namespace mama

#include "core/library/handover/data_terms.h"

#include <SQLiteCpp/Database.h>
#include <SQLiteCpp/Statement.h>
#include <map>

namespace mama {

std::vector<DataTerms> termsOf(Library& library, std::span<const std::int64_t> studies)
{
    std::vector<DataTerms> out;
    library.read([&](SQLite::Database& database) {
        std::map<std::int64_t, std::int64_t> counts;
        SQLite::Statement of(database, "SELECT dataset FROM study WHERE id = ?");
        for (const std::int64_t study : studies) {
            of.bind(1, study);
            if (of.executeStep())
                ++counts[of.getColumn(0).getInt64()];
            of.reset();
        }
        SQLite::Statement each(database, "SELECT id, name, licence, restricted FROM dataset ORDER BY name");
        while (each.executeStep())
            if (const auto found = counts.find(each.getColumn(0).getInt64()); found != counts.end())
                out.push_back({each.getColumn(1).getString(), each.getColumn(2).getString(),
                               each.getColumn(3).getInt() != 0, found->second});
    });
    return out;
}

} // namespace mama

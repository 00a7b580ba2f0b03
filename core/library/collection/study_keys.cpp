#include "core/library/collection/study_keys.h"

#include "core/base/error.h"

#include <SQLiteCpp/Database.h>
#include <SQLiteCpp/Statement.h>

namespace mama {

std::vector<std::int64_t> allStudies(Library& library)
{
    std::vector<std::int64_t> ids;
    library.read([&](SQLite::Database& database) {
        SQLite::Statement each(database, "SELECT id FROM study ORDER BY id");
        while (each.executeStep())
            ids.push_back(each.getColumn(0).getInt64());
    });
    return ids;
}

std::vector<std::int64_t> studiesNamed(Library& library, std::span<const std::string> keys)
{
    std::vector<std::int64_t> ids;
    library.read([&](SQLite::Database& database) {
        SQLite::Statement find(database,
                               "SELECT min(study.id), count(*) FROM dataset JOIN study ON study.dataset = dataset.id"
                               " WHERE study.key = ?");
        for (const std::string& key : keys) {
            find.bind(1, key);
            find.executeStep();
            const int found = find.getColumn(1).getInt();
            if (found != 1)
                throw Error(ErrorCode::Usage, {TextId("library.find_study", "find study")}, key,
                            found == 0
                                ? UserText({TextId("library.no_study_key", "no study of the library has this key")})
                                : UserText({TextId("library.two_studies", "studies of two data sets have this key")}));
            ids.push_back(find.getColumn(0).getInt64());
            find.reset();
        }
    });
    return ids;
}

} // namespace mama

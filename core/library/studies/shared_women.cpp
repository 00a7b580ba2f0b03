#include "core/library/studies/shared_women.h"

#include "core/library/studies/copies.h"

#include <SQLiteCpp/Database.h>
#include <SQLiteCpp/Statement.h>
#include <set>

namespace mama {
namespace {

constexpr const char* query =
    "SELECT one.name, two.name, ifnull(a.person, a.id), ifnull(b.person, b.id) FROM dataset AS one CROSS JOIN dataset AS two ON one.id < two.id CROSS JOIN patient AS a"
    " ON a.dataset = one.id CROSS JOIN patient AS b ON b.dataset = two.id AND b.key = a.key WHERE ifnull(a.person, a.id)"
    " <> ifnull(b.person, b.id) AND EXISTS (SELECT 1 FROM study JOIN cohort_member ON target = study.id AND cohort = ?1"
    " WHERE patient = a.id) AND EXISTS (SELECT 1 FROM study JOIN cohort_member ON target = study.id AND cohort = ?1 WHERE"
    " patient = b.id) AND EXISTS (SELECT 1 FROM study AS own JOIN image ON image.study = own.id JOIN file ON file.id ="
    " image.file JOIN study AS other ON other.patient = b.id JOIN image AS shown ON shown.study = other.id JOIN file AS"
    " twin ON twin.id = shown.file WHERE own.patient = a.id AND (file.name = twin.name OR file.sop = twin.sop))";

} // namespace

std::optional<UserText> sharedWomen(SQLite::Database& database, std::int64_t cohort)
{
    SQLite::Statement each(database, query);
    each.bind(1, cohort);
    std::int64_t women = 0;
    std::set<std::string> sets;
    const std::map<std::int64_t, std::int64_t> groups = personsSharingPictures(database, cohort);
    while (each.executeStep()) {
        const auto group = groups.find(each.getColumn(2).getInt64()), other = groups.find(each.getColumn(3).getInt64());
        if (group != groups.end() && other != groups.end() && group->second == other->second)
            continue; // they are kept together
        ++women;
        sets.insert(each.getColumn(0).getString());
        sets.insert(each.getColumn(1).getString());
    }
    if (women == 0)
        return std::nullopt;
    std::string names;
    for (const std::string& name : sets)
        names += (names.empty() ? "" : ", ") + name;
    return UserText({TextId("library.shared_women",
                            "patients with the same key and the same files in two data sets, whom a split may put into "
                            "two parts: %1 (%2)"),
                     women, names});
}

} // namespace mama

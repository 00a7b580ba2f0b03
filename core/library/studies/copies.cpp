#include "core/library/studies/copies.h"

#include <SQLiteCpp/Database.h>
#include <SQLiteCpp/Statement.h>
#include <set>
#include <string>
#include <unordered_map>

namespace mama {
namespace {

const std::string inCohort = " FROM cohort_member JOIN study ON study.id = target JOIN patient ON patient.id ="
                             " study.patient JOIN image ON image.study = study.id JOIN file ON file.id = image.file"
                             " WHERE cohort = ?";

std::int64_t first(std::map<std::int64_t, std::int64_t>& groups, std::int64_t person)
{
    const auto found = groups.find(person);
    if (found == groups.end() || found->second == person)
        return person;
    return found->second = first(groups, found->second);
}

} // namespace

std::map<std::int64_t, std::int64_t> personsSharingPictures(SQLite::Database& database, std::int64_t cohort)
{
    std::map<std::int64_t, std::int64_t> groups;
    std::unordered_map<std::string, std::int64_t> owner;
    SQLite::Statement each(database, "SELECT DISTINCT ifnull(person, patient.id), pixels" + inCohort +
                                         " AND pixels IS NOT NULL AND dct IS NOT NULL ORDER BY 1");
    each.bind(1, cohort);
    while (each.executeStep()) {
        const std::int64_t person = each.getColumn(0).getInt64();
        const auto [known, isNew] = owner.emplace(each.getColumn(1).getString(), person);
        const std::int64_t a = first(groups, known->second), b = first(groups, person);
        if (isNew || a == b)
            continue;
        groups[std::min(a, b)] = std::min(a, b);
        groups[std::max(a, b)] = std::min(a, b);
    }
    for (auto& [person, leader] : groups)
        leader = first(groups, person);
    return groups;
}

std::optional<UserText> sharedPictures(SQLite::Database& database, std::int64_t cohort, std::int64_t split)
{
    const auto groups = personsSharingPictures(database, cohort);
    std::map<std::int64_t, std::set<std::string>> parts;
    std::map<std::int64_t, std::int64_t> women;
    SQLite::Statement each(database, "SELECT person, part FROM split_patient WHERE split = ?");
    each.bind(1, split);
    while (each.executeStep())
        if (const auto found = groups.find(each.getColumn(0).getInt64()); found != groups.end()) {
            parts[found->second].insert(each.getColumn(1).getString());
            ++women[found->second];
        }
    std::int64_t torn = 0, together = 0;
    for (const auto& [leader, in] : parts)
        (in.size() > 1 ? torn : together) += women[leader];
    if (torn > 0)
        return UserText(
            {TextId("library.pictures_in_two_parts",
                    "patients with the same picture who are in different parts, since their files were read "
                    "after the split: %1. Split again"),
             torn});
    SQLite::Statement unread(database, "SELECT count(*), sum(passed IS NULL)" + inCohort + " AND state <> 'none'");
    unread.bind(1, cohort);
    unread.executeStep();
    const std::int64_t files = unread.getColumn(0).getInt64(), left = unread.getColumn(1).getInt64();
    if (left > 0 && left < files)
        return UserText({TextId("library.copies_unknown",
                                "images whose files were not read yet, so that copies among them are not known: %1 of "
                                "%2 (mama library files)"),
                         left, files});
    if (together > 0)
        return UserText({TextId("library.pictures_kept_together",
                                "patients with the same picture as another, kept in one part with her: %1"),
                         together});
    return std::nullopt;
}

} // namespace mama

#include "core/library/studies/cohorts.h"

#include "core/base/error.h"
#include "core/base/hash.h"
#include "core/base/text_escape.h"
#include "core/library/collection/plural.h"
#include "core/library/studies/study_filter.h"
#include "core/library/utc_time.h"
#include "core/tables/cell.h"

#include <SQLiteCpp/Database.h>
#include <SQLiteCpp/Statement.h>
#include <algorithm>

namespace mama {
namespace {

constexpr auto freezing = TextId("library.cohort", "cohort");

// Of the cohort ?1, or all.
constexpr const char* query =
    "SELECT cohort.id, cohort.name, expression, ifnull(hash, ''), made, count(target),"
    " count(DISTINCT ifnull(person, patient.id)) FROM cohort LEFT JOIN cohort_member ON"
    " cohort = cohort.id LEFT JOIN study ON study.id = target LEFT JOIN patient ON patient.id ="
    " study.patient WHERE cohort.kind = 'fixed' AND (?1 IS NULL OR cohort.name = ?1) GROUP BY cohort.id"
    " ORDER BY cohort.name";

Cohort cohortOf(SQLite::Statement& row)
{
    return {row.getColumn(0).getInt64(),  row.getColumn(1).getString(), row.getColumn(2).getString(),
            row.getColumn(3).getString(), row.getColumn(4).getString(), row.getColumn(5).getInt64(),
            row.getColumn(6).getInt64()};
}

std::string hashOf(SQLite::Database& database, std::int64_t cohort)
{
    SQLite::Statement each(database,
                           "SELECT dataset.name || '/' || study.key AS full FROM cohort_member JOIN study ON"
                           " study.id = target JOIN dataset ON dataset.id = dataset WHERE cohort = ? ORDER BY full");
    each.bind(1, cohort);
    Sha256 sum;
    while (each.executeStep())
        sum.add(each.getColumn(0).getString() + "\n");
    return sum.finish();
}

void checkName(SQLite::Database& database, const std::string& name)
{
    if (name.empty() || name.size() > 200 || name.find_first_of("\r\n\t") != name.npos || !isUtf8(name))
        throw Error(ErrorCode::Usage, {freezing}, name,
                    {TextId("library.bad_cohort", "a cohort's name has 1 to 200 bytes (UTF-8) and no line breaks")});
    SQLite::Statement find(database, "SELECT 1 FROM cohort WHERE name = ?");
    find.bind(1, name);
    if (find.executeStep())
        throw Error(ErrorCode::Usage, {freezing}, name,
                    {TextId("library.cohort_there",
                            "there is a cohort of this name: a frozen one is not changed; name another")});
}

void putMembers(SQLite::Database& database, std::int64_t cohort, const std::vector<std::int64_t>& studies)
{
    SQLite::Statement put(database, "INSERT INTO cohort_member(cohort, target) SELECT ?, id FROM study WHERE id = ?");
    for (const std::int64_t study : studies) {
        put.bind(1, cohort);
        put.bind(2, study);
        if (put.exec() == 0)
            throw Error(ErrorCode::Usage, {freezing}, "study " + std::to_string(study),
                        {TextId("library.no_member", "it is not in the library")});
        put.reset();
    }
}

} // namespace

Change freezeStudies(Library& library, const std::string& given, const ChosenStudies& chosen)
{
    const std::string name(trimmed(given));
    std::vector<std::int64_t> studies = chosen.studies;
    std::sort(studies.begin(), studies.end());
    studies.erase(std::unique(studies.begin(), studies.end()), studies.end());
    if (studies.empty())
        throw Error(ErrorCode::Usage, {freezing}, name, {TextId("library.empty_cohort", "no study is in it")});
    const auto count = static_cast<std::int64_t>(studies.size());
    const std::string expression = chosen.expression.empty()
                                       ? std::to_string(count) + " chosen " + (count == 1 ? "study" : "studies")
                                       : chosen.expression;
    return library.change({"cohort", [&](SQLite::Database& database, std::int64_t) {
                               checkName(database, name);
                               SQLite::Statement add(
                                   database,
                                   "INSERT INTO cohort(name, kind, level, expression, made) VALUES (?, 'fixed',"
                                   " 'study', ?, ?)");
                               add.bind(1, name);
                               add.bind(2, expression);
                               add.bind(3, utcNow());
                               add.exec();
                               const std::int64_t cohort = database.getLastInsertRowid();
                               putMembers(database, cohort, studies);
                               SQLite::Statement set(database, "UPDATE cohort SET hash = ? WHERE id = ?");
                               set.bind(1, hashOf(database, cohort));
                               set.bind(2, cohort);
                               set.exec();
                               return Library::Done{"Freeze cohort " + name + ": " + counted(count, "study"), count};
                           }});
}

Change freezeCohort(Library& library, const std::string& name, const std::string& filter)
{
    const StudyColumns columns(library);
    const StudySet found = filterStudies(columns, parseFilter(filter), false).studies;
    ChosenStudies chosen{{}, std::string(trimmed(filter))};
    if (chosen.expression.empty())
        chosen.expression = "all studies";
    for (std::size_t i = 0; i < found.size(); ++i)
        if (found.has(i))
            chosen.studies.push_back(columns.id(i));
    return freezeStudies(library, name, chosen);
}

Change deleteCohort(Library& library, const std::string& name)
{
    const Cohort cohort = cohortNamed(library, name);
    return library.change({"cohort", [&](SQLite::Database& database, std::int64_t) {
                               for (const char* change :
                                    {"DELETE FROM split_patient WHERE split IN (SELECT id FROM split WHERE cohort = ?)",
                                     "DELETE FROM split WHERE cohort = ?", "DELETE FROM cohort_member WHERE cohort = ?",
                                     "DELETE FROM cohort WHERE id = ?"}) {
                                   SQLite::Statement remove(database, change);
                                   remove.bind(1, cohort.id);
                                   remove.exec();
                               }
                               return Library::Done{"Delete cohort " + cohort.name, cohort.studies + 1};
                           }});
}

std::vector<Cohort> cohorts(Library& library)
{
    std::vector<Cohort> out;
    library.read([&](SQLite::Database& database) {
        SQLite::Statement each(database, query);
        while (each.executeStep())
            out.push_back(cohortOf(each));
    });
    return out;
}

std::vector<std::int64_t> studiesOfCohort(Library& library, std::int64_t cohort)
{
    std::vector<std::int64_t> studies;
    library.read([&](SQLite::Database& database) {
        studies.clear();
        SQLite::Statement each(database, "SELECT target FROM cohort_member WHERE cohort = ? ORDER BY target");
        each.bind(1, cohort);
        while (each.executeStep())
            studies.push_back(each.getColumn(0).getInt64());
    });
    return studies;
}

Cohort cohortNamed(Library& library, const std::string& name)
{
    std::optional<Cohort> found;
    library.read([&](SQLite::Database& database) {
        SQLite::Statement find(database, query);
        find.bind(1, name);
        if (find.executeStep())
            found = cohortOf(find);
    });
    if (!found)
        throw Error(ErrorCode::Usage, {freezing}, name,
                    {TextId("library.no_cohort", "there is no cohort of this name: mama library cohort lists them")});
    return *found;
}

} // namespace mama

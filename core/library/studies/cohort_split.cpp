#include "core/base/error.h"
#include "core/base/hash.h"
#include "core/library/collection/plural.h"
#include "core/library/studies/cohorts.h"
#include "core/library/studies/copies.h"
#include "core/library/studies/shared_women.h"
#include "core/library/studies/study_filter.h"
#include "core/library/utc_time.h"

#include <SQLiteCpp/Database.h>
#include <SQLiteCpp/Statement.h>
#include <algorithm>
#include <cmath>
#include <cstdio>
#include <map>
#include <set>
#include <tuple>
#include <unordered_map>

namespace mama {
namespace {

constexpr auto splitting = TextId("library.split", "split");
constexpr std::array parts{"train", "validation", "test"};

struct Person
{
    std::int64_t id = 0;
    std::string name, stratum, order; // order: by which she comes in her stratum
    std::size_t part = 0;
    std::int64_t women = 1; // with those who have a picture in common with her: they go where she goes
};

std::string sharesText(const std::array<double, 3>& shares)
{
    char text[80];
    std::snprintf(text, sizeof text, "%g/%g/%g", shares[0], shares[1], shares[2]);
    return text;
}

void checkShares(const std::array<double, 3>& shares)
{
    const bool fine =
        std::all_of(shares.begin(), shares.end(), [](double share) { return share >= 0 && share <= 1; }) &&
        std::abs(shares[0] + shares[1] + shares[2] - 1) < 1e-9 && shares[0] > 0;
    if (!fine)
        throw Error(
            ErrorCode::Usage, {splitting}, sharesText(shares),
            {TextId("library.bad_shares", "three shares are expected, training, validation and test, that are together "
                                          "1, or 100")});
}

// One woman under two ids is one person, who has the first one's name.
std::vector<Person> personsOf(SQLite::Database& database, std::int64_t cohort,
                              const std::unordered_map<std::int64_t, std::string>& strata)
{
    std::map<std::int64_t, Person> persons;
    std::map<std::int64_t, std::set<std::string>> values;
    SQLite::Statement each(database,
                           "SELECT ifnull(person, patient.id), dataset.name || '/' || patient.key, target FROM"
                           " cohort_member JOIN study ON study.id = target JOIN patient ON patient.id ="
                           " study.patient JOIN dataset ON dataset.id = patient.dataset WHERE cohort = ?");
    each.bind(1, cohort);
    while (each.executeStep()) {
        Person& person = persons[each.getColumn(0).getInt64()];
        person.id = each.getColumn(0).getInt64();
        const std::string name = each.getColumn(1).getString();
        if (person.name.empty() || name < person.name)
            person.name = name;
        if (const auto found = strata.find(each.getColumn(2).getInt64()); found != strata.end())
            values[person.id].insert(found->second);
    }
    std::vector<Person> out;
    for (auto& [id, person] : persons) {
        for (const std::string& value : values[id])
            person.stratum += value + "+";
        out.push_back(std::move(person));
    }
    return out;
}

// Those who share a picture with somebody before them stand behind her as one: a copy must not lie in another part.
std::vector<Person> withoutSharers(const std::vector<Person>& all, const std::map<std::int64_t, std::int64_t>& groups)
{
    std::map<std::int64_t, Person> leaders;
    for (const Person& each : all) {
        const auto group = groups.find(each.id);
        const auto [leader, isNew] = leaders.emplace(group == groups.end() ? each.id : group->second, each);
        if (isNew)
            continue;
        ++leader->second.women;
        leader->second.name = std::min(leader->second.name, each.name);
        if (leader->second.stratum.find(each.stratum) == std::string::npos)
            leader->second.stratum += each.stratum;
    }
    std::vector<Person> out;
    for (auto& [id, leader] : leaders) {
        leader.id = id;
        out.push_back(std::move(leader));
    }
    return out;
}

// In the order of the strata, and in each of a hash with the seed: whoever comes gets the part that lacks most in her
// stratum, and of equals the one that lacks most in all.
void shareOut(std::vector<Person>& persons, const SplitRequest& request)
{
    for (Person& person : persons)
        person.order = sha256(std::to_string(request.seed) + ":" + person.name);
    std::sort(persons.begin(), persons.end(), [](const Person& a, const Person& b) {
        return std::tie(a.stratum, a.order) < std::tie(b.stratum, b.order);
    });
    std::array<double, 3> all{}, own{};
    double total = 0, inStratum = 0;
    for (std::size_t i = 0; i < persons.size(); ++i) {
        if (i == 0 || persons[i].stratum != persons[i - 1].stratum) {
            own = {};
            inStratum = 0;
        }
        const auto women = static_cast<double>(persons[i].women);
        total += women;
        inStratum += women;
        std::size_t best = 0;
        const auto lacks = [&](std::size_t part) {
            return std::pair(std::round((request.shares[part] * inStratum - own[part]) * 1e9),
                             request.shares[part] * total - all[part]);
        };
        for (std::size_t part = 1; part < 3; ++part)
            if (lacks(part) > lacks(best))
                best = part;
        persons[i].part = best;
        own[best] += women;
        all[best] += women;
    }
}

void shareOutAll(SQLite::Database& database, std::int64_t cohort, std::vector<Person>& persons,
                 const SplitRequest& request)
{
    const auto groups = personsSharingPictures(database, cohort);
    std::vector<Person> leaders = withoutSharers(persons, groups);
    shareOut(leaders, request);
    std::map<std::int64_t, std::size_t> partOf;
    for (const Person& each : leaders)
        partOf[each.id] = each.part;
    for (Person& each : persons) {
        const auto group = groups.find(each.id);
        each.part = partOf.at(group == groups.end() ? each.id : group->second);
    }
}

std::string hashOf(const std::vector<Person>& persons)
{
    std::vector<std::string> lines;
    for (const Person& person : persons)
        lines.push_back(person.name + "\t" + parts[person.part] + "\n");
    std::sort(lines.begin(), lines.end());
    Sha256 sum;
    for (const std::string& line : lines)
        sum.add(line);
    return sum.finish();
}

std::string settingsText(const SplitRequest& request)
{
    return "seed " + std::to_string(request.seed) + ", " + sharesText(request.shares) +
           (request.strata.empty() ? "" : ", by " + request.strata);
}

// What to say of a split of the cohort that is just this one; empty: there is none.
std::string sameSplit(SQLite::Database& database, const Cohort& cohort, const SplitRequest& request,
                      const std::string& hash)
{
    SQLite::Statement find(database,
                           "SELECT made, id = (SELECT max(id) FROM split WHERE cohort = ?1) FROM split WHERE cohort ="
                           " ?1 AND seed = ?2 AND shares = ?3 AND strata = ?4 AND hash = ?5 ORDER BY id DESC LIMIT 1");
    find.bind(1, cohort.id);
    find.bind(2, request.seed);
    find.bind(3, sharesText(request.shares));
    find.bind(4, request.strata);
    find.bind(5, hash);
    if (!find.executeStep())
        return {};
    const std::string made = find.getColumn(0).getString();
    return "Cohort " + cohort.name + " is split so already (" + settingsText(request) +
           (made.empty() ? "" : ", made " + made) + ")" +
           (find.getColumn(1).getInt() != 0 ? "" : "; its newest split is another, so name this one by its seed");
}

// The values of the field of every study, joined.
std::unordered_map<std::int64_t, std::string> strataOf(Library& library, const std::string& field)
{
    std::unordered_map<std::int64_t, std::string> out;
    if (field.empty())
        return out;
    const StudyColumns columns(library);
    const StudyColumn* column = columns.column(field);
    if (!column)
        throw Error(ErrorCode::Usage, {splitting}, field,
                    {TextId("library.no_stratum", "there is no field of this name")});
    std::vector<std::set<std::string>> values(columns.size());
    for (std::size_t row = 0; row < column->codes.size(); ++row)
        if (column->codes[row] != 0)
            values[column->studyOf(row)].insert(column->values[column->codes[row]]);
    for (std::size_t study = 0; study < columns.size(); ++study) {
        std::string& all = out[columns.id(study)];
        for (const std::string& value : values[study])
            all += value + ",";
    }
    return out;
}

} // namespace

Change splitCohort(Library& library, const SplitRequest& request)
{
    checkShares(request.shares);
    const Cohort cohort = cohortNamed(library, request.cohort);
    const auto strata = strataOf(library, request.strata);
    return library.change(
        {"split", [&](SQLite::Database& database, std::int64_t) {
             std::vector<Person> persons = personsOf(database, cohort.id, strata);
             shareOutAll(database, cohort.id, persons, request);
             const std::string hash = hashOf(persons);
             if (std::string same = sameSplit(database, cohort, request, hash); !same.empty())
                 return Library::Done{std::move(same), 0};
             SQLite::Statement add(
                 database, "INSERT INTO split(cohort, seed, shares, strata, hash, made) VALUES (?, ?, ?, ?, ?, ?)");
             add.bind(1, cohort.id);
             add.bind(2, request.seed);
             add.bind(3, sharesText(request.shares));
             add.bind(4, request.strata);
             add.bind(5, hash);
             add.bind(6, utcNow());
             add.exec();
             const std::int64_t split = database.getLastInsertRowid();
             SQLite::Statement put(database, "INSERT INTO split_patient(split, person, part) VALUES (?, ?, ?)");
             for (const Person& person : persons) {
                 put.bind(1, split);
                 put.bind(2, person.id);
                 put.bind(3, parts[person.part]);
                 put.exec();
                 put.reset();
             }
             const auto rows = static_cast<std::int64_t>(persons.size());
             return Library::Done{"Split cohort " + cohort.name + " by " + counted(rows, "patient"), rows};
         }});
}

std::optional<CohortSplit> splitOf(Library& library, const SplitChoice& choice)
{
    const Cohort cohort = cohortNamed(library, choice.cohort);
    std::optional<CohortSplit> out;
    library.read([&](SQLite::Database& database) {
        SQLite::Statement find(
            database, "SELECT id, seed, shares, strata, hash, made, (SELECT count(*) - 1 FROM split WHERE cohort = ?1)"
                      " FROM split WHERE cohort = ?1 AND (?2 IS NULL OR seed = ?2) AND (?3 IS NULL OR shares = ?3) AND"
                      " (?4 IS NULL OR strata = ?4) ORDER BY id DESC LIMIT 1");
        find.bind(1, cohort.id);
        if (choice.seed)
            find.bind(2, *choice.seed);
        if (choice.shares)
            find.bind(3, sharesText(*choice.shares));
        if (choice.strata)
            find.bind(4, *choice.strata);
        if (!find.executeStep())
            return;
        out = CohortSplit{find.getColumn(0).getInt64(),
                          find.getColumn(1).getInt64(),
                          find.getColumn(2).getString(),
                          find.getColumn(3).getString(),
                          find.getColumn(4).getString(),
                          find.getColumn(5).getString(),
                          find.getColumn(6).getInt64(),
                          {},
                          {},
                          {}};
        if (const auto shared = sharedWomen(database, cohort.id))
            out->warnings.push_back(*shared);
        if (const auto shared = sharedPictures(database, cohort.id, out->id))
            out->warnings.push_back(*shared);
        SQLite::Statement each(
            database, "SELECT part, count(DISTINCT split_patient.person), count(target) FROM split_patient JOIN"
                      " patient ON ifnull(patient.person, patient.id) = split_patient.person JOIN study ON"
                      " study.patient = patient.id JOIN cohort_member ON target = study.id AND cohort = ?"
                      " WHERE split_patient.split = ? GROUP BY part");
        each.bind(1, cohort.id);
        each.bind(2, out->id);
        while (each.executeStep()) {
            const auto part = static_cast<std::size_t>(
                std::find(parts.begin(), parts.end(), each.getColumn(0).getString()) - parts.begin());
            out->patients[part] = each.getColumn(1).getInt64();
            out->studies[part] = each.getColumn(2).getInt64();
        }
    });
    return out;
}

} // namespace mama

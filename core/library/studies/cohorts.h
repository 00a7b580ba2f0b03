#pragma once
#include "core/base/user_text.h"
#include "core/library/collection/library.h"

#include <array>

namespace mama {

// A fixed set of studies. hash: SHA-256 of its studies' names ("EMBED/9900000000000001", a line each, in order): the
// same studies give the same hash in every library.
struct Cohort
{
    std::int64_t id = 0;
    std::string name, expression, hash, made;
    std::int64_t studies = 0, patients = 0;
};

// Freezes the studies that a filter leaves now. Error(Usage): no or another cohort's name, no study.
Change freezeCohort(Library& library, const std::string& name, const std::string& filter);
// The same of studies given by their ids, as a list or a selection has them; each counts once. expression: how they
// came to be chosen, for people; empty: "12 chosen studies". Error(Usage) also for an id that is not there.
struct ChosenStudies
{
    std::vector<std::int64_t> studies;
    std::string expression{};
};
Change freezeStudies(Library& library, const std::string& name, const ChosenStudies& chosen);
Change deleteCohort(Library& library, const std::string& name);                   // with its splits
std::vector<Cohort> cohorts(Library& library);                                    // by name
std::vector<std::int64_t> studiesOfCohort(Library& library, std::int64_t cohort); // ids, rising
Cohort cohortNamed(Library& library, const std::string& name);                    // Error(Usage): there is none

// A split by patient, the only kind: every study of a woman is in one part.
struct SplitRequest
{
    std::string cohort{};
    std::int64_t seed = 42;
    std::array<double, 3> shares{0.7, 0.1, 0.2}; // training, validation, test; together 1
    std::string strata{};                        // a field whose values are spread evenly; empty: none
};

struct CohortSplit
{
    std::int64_t id = 0, seed = 0;
    std::string shares, strata;
    std::string hash;        // SHA-256 of its patients' names with their parts
    std::string made;        // ISO 8601, UTC; empty: before that was kept
    std::int64_t others = 0; // splits that the cohort has beside it
    std::array<std::int64_t, 3> patients{}, studies{};
    std::vector<UserText> warnings{}; // of what the split cannot hold together
};

// Depends on the seed and the patients' names alone. Each stratum (the values of the field over a woman's studies) is
// shared out to within one patient. Where the cohort has just this split by these settings, that is said and nothing is
// done. Error(Usage) for shares that are none, a field that is none.
Change splitCohort(Library& library, const SplitRequest& request);
// A cohort's split: the newest of all, of those with a seed, or of those by some settings.
struct SplitChoice
{
    SplitChoice(const char* name) : cohort(name) {}
    SplitChoice(std::string name, std::optional<std::int64_t> wanted = {}) : cohort(std::move(name)), seed(wanted) {}
    SplitChoice(const SplitRequest& by) : cohort(by.cohort), seed(by.seed), shares(by.shares), strata(by.strata) {}
    std::string cohort;
    std::optional<std::int64_t> seed;
    std::optional<std::array<double, 3>> shares{};
    std::optional<std::string> strata{};
};
// Empty: there is none.
std::optional<CohortSplit> splitOf(Library& library, const SplitChoice& choice);

} // namespace mama

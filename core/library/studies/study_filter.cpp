#include "core/library/studies/study_filter.h"

#include "core/library/studies/facet_counts.h"
#include "core/library/studies/filter_match.h"

#include <algorithm>
#include <atomic>
#include <future>
#include <thread>

namespace mama {
namespace {

// Fields are counted beside each other, since every one is a pass over half a million rows.
template <typename Count>
std::vector<Facet> countFields(const StudyColumns& columns, const Count& count)
{
    const std::size_t fields = columns.columns().size();
    std::vector<Facet> facets(fields);
    std::atomic<std::size_t> next = 0;
    const auto work = [&] {
        for (std::size_t i = next++; i < fields; i = next++)
            facets[i] = count(columns.columns()[i]);
    };
    constexpr std::size_t fewStudies = 10000; // counted before a thread has begun
    std::vector<std::future<void>> others;
    if (columns.size() > fewStudies)
        for (unsigned i = 1; i < std::min(4u, std::thread::hardware_concurrency()); ++i)
            others.push_back(std::async(std::launch::async, work));
    work();
    for (std::future<void>& other : others)
        other.get();
    return facets;
}

} // namespace

bool usesScore(const FilterClause& clause)
{
    return clause.field == "score" || std::any_of(clause.parts.begin(), clause.parts.end(), usesScore);
}

FilterResult filterStudies(const StudyColumns& columns, const std::vector<FilterClause>& clauses, bool facets,
                           const FilterMeans& means)
{
    const StudySet all = means.inside ? *means.inside : StudySet(columns.size(), true);
    FilterResult result{all, {}, {}};
    std::vector<StudySet> each;
    const FilterMatch match(columns, means, result.warnings);
    for (const FilterClause& clause : clauses) {
        each.push_back(match.studies(clause));
        result.studies.keep(each.back());
    }
    if (!facets)
        return result;
    result.facets = countFields(columns, [&](const StudyColumn& column) {
        StudySet among = all;
        for (std::size_t i = 0; i < clauses.size(); ++i)
            if (clauses[i].field != column.name)
                among.keep(each[i]);
        return facetOf(column, among, columns.size());
    });
    Facet tags{"tag", {}};
    StudySet among = all;
    for (std::size_t i = 0; i < clauses.size(); ++i)
        if (clauses[i].op != FilterClause::Tagged)
            among.keep(each[i]);
    for (const auto& [folded, tagged] : columns.tags()) {
        StudySet both = among;
        both.keep(tagged.studies);
        tags.values.push_back({tagged.name, both.count(), tagged.studies.count(), {}});
    }
    result.facets.push_back(std::move(tags));
    return result;
}

} // namespace mama

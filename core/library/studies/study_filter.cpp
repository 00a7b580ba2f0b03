#include "core/library/studies/study_filter.h"

#include "core/library/studies/facet_counts.h"
#include "core/library/studies/filter_match.h"

#include <algorithm>

namespace mama {

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
    for (const StudyColumn& column : columns.columns()) {
        StudySet among = all;
        for (std::size_t i = 0; i < clauses.size(); ++i)
            if (clauses[i].field != column.name)
                among.keep(each[i]);
        result.facets.push_back(facetOf(column, among, columns.size()));
    }
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

#include "app/workstation/library/study_result.h"

namespace mama {

StudyResult answer(const std::shared_ptr<const StudyColumns>& columns, const StudyQuestion& question)
{
    StudyResult result{columns, parseFilter(question.filter), {}, {}, 0, {}};
    FilterResult found = filterStudies(*columns, result.clauses, true);
    StudyOrder order{question.field, question.descending, {}};
    if (question.scores)
        order.scores = *question.scores;
    result.rows = orderStudies(*columns, found.studies, order);
    result.facets = std::move(found.facets);
    result.warnings = std::move(found.warnings);
    for (const std::uint32_t study : result.rows)
        result.images += columns->images(study);
    if (result.rows.empty() && columns->size() > 0)
        for (std::size_t i = 0; i < result.clauses.size(); ++i) {
            std::vector<FilterClause> others = result.clauses;
            others.erase(others.begin() + static_cast<std::ptrdiff_t>(i));
            result.without.push_back(filterStudies(*columns, others, false).studies.count());
        }
    return result;
}

} // namespace mama

#include "app/workstation/library/study_result.h"

#include "core/library/studies/filter_edit.h"
#include "core/library/studies/kept_studies.h"

namespace mama {
namespace {

// Null: the field is none of scores, or nothing is answered.
const std::vector<float>* scoresOf(const StudyQuestion& question, const std::string& field)
{
    if (field == "score")
        return question.scores.get();
    if (field == rankDifference)
        return question.rankDifference.get();
    for (const ModelScores& each : question.byModel)
        if (field == scoreField(each.model))
            return each.scores.get();
    return nullptr;
}

} // namespace

StudyResult answer(const std::shared_ptr<const StudyColumns>& columns, const StudyQuestion& question)
{
    StudyResult result;
    result.columns = columns;
    result.clauses = parseFilter(question.filter);
    StudySet kept;
    if (question.kept) {
        kept = studySet(*columns, *question.kept);
        result.kept = kept.count();
        result.keptImages = question.keptImages;
    }
    const StudySet* inside = question.kept ? &kept : nullptr;
    FilterMeans means{inside, question.scores.get(), {}};
    for (const ModelScores& each : question.byModel)
        means.byModel.push_back({each.model, each.scores.get()});
    FilterResult found = filterStudies(*columns, result.clauses, true, means);
    const std::vector<float>* sorting = scoresOf(question, question.field);
    result.rows = orderStudies(
        *columns, found.studies,
        {question.field, question.descending, sorting ? std::span<const float>(*sorting) : std::span<const float>()});
    result.facets = std::move(found.facets);
    result.warnings = std::move(found.warnings);
    for (const std::uint32_t study : result.rows)
        result.images += columns->images(study);
    if (result.rows.empty() && columns->size() > 0)
        for (std::size_t i = 0; i < result.clauses.size(); ++i) {
            std::vector<FilterClause> others = result.clauses;
            others.erase(others.begin() + static_cast<std::ptrdiff_t>(i));
            result.without.push_back(filterStudies(*columns, others, false, means).studies.count());
        }
    if (result.rows.empty() && inside) {
        FilterMeans all = means;
        all.inside = nullptr;
        result.without.push_back(filterStudies(*columns, result.clauses, false, all).studies.count());
    }
    result.numberFields = numberFields(*columns);
    if (!question.histogram.empty()) {
        std::vector<FilterClause> others = result.clauses;
        std::erase_if(others, [&](const FilterClause& each) { return isOf(each, question.histogram); });
        result.histogram =
            histogramOf(*columns, question.histogram, filterStudies(*columns, others, false, means).studies,
                        scoresOf(question, question.histogram));
    }
    return result;
}

} // namespace mama

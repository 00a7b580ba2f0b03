#include "app/workstation/library/study_result.h"

#include "core/library/studies/kept_studies.h"

namespace mama {
namespace {

// Empty: the field is none of scores, or nothing is answered.
std::span<const float> scoresOf(const StudyQuestion& question)
{
    std::shared_ptr<const std::vector<float>> scores;
    if (question.field == "score")
        scores = question.scores;
    if (question.field == rankDifference)
        scores = question.rankDifference;
    for (const ModelScores& each : question.byModel)
        if (question.field == "score:" + each.model)
            scores = each.scores;
    return scores ? std::span<const float>(*scores) : std::span<const float>();
}

} // namespace

StudyResult answer(const std::shared_ptr<const StudyColumns>& columns, const StudyQuestion& question)
{
    StudyResult result{columns, parseFilter(question.filter), {}, {}, 0, {}, {}};
    StudySet kept;
    if (question.kept) {
        kept = studySet(*columns, *question.kept);
        result.kept = kept.count();
    }
    const StudySet* inside = question.kept ? &kept : nullptr;
    FilterMeans means{inside, question.scores.get(), {}};
    for (const ModelScores& each : question.byModel)
        means.byModel.push_back({each.model, each.scores.get()});
    FilterResult found = filterStudies(*columns, result.clauses, true, means);
    result.rows = orderStudies(*columns, found.studies, {question.field, question.descending, scoresOf(question)});
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
        std::erase_if(others, [&](const FilterClause& each) { return each.field == question.histogram; });
        result.histogram = histogramOf(*columns, question.histogram,
                                       filterStudies(*columns, others, false, means).studies, means.scores);
    }
    return result;
}

} // namespace mama

#pragma once
#include "core/library/studies/study_filter.h"

namespace mama {

// Which studies, and which of their images, findings or breasts, a filter's clauses hold for.
class FilterMatch
{
public:
    // warnings: of values that a field does not have.
    FilterMatch(const StudyColumns& columns, const FilterMeans& means, std::vector<UserText>& warnings)
        : m_columns(columns), m_means(means), m_warnings(warnings)
    {}
    // Error(Usage) names a field or tag that there is none of, with those there are.
    StudySet studies(const FilterClause& clause) const;

private:
    StudySet plainStudies(const FilterClause& clause) const; // whatever is negated
    StudySet byScore(const FilterClause& clause) const;
    const std::vector<float>& scoresFor(const FilterClause& clause) const;
    StudySet byKey(const FilterClause& clause) const;
    StudySet quantified(const FilterClause& clause) const;
    StudySet items(const FilterClause& clause, StudyLevel level) const;
    StudySet itemsBySide(const FilterClause& clause, StudyLevel level) const;
    StudySet itemsByColumn(const FilterClause& clause, StudyLevel level) const;
    void addItems(StudySet& found, const StudySet& studies, const StudySet& breasts, StudyLevel level) const;
    StudySet thereAre(StudyLevel level) const;
    std::size_t count(StudyLevel level) const;
    std::size_t studyOf(StudyLevel level, std::size_t item) const;

    const StudyColumns& m_columns;
    const FilterMeans& m_means;
    std::vector<UserText>& m_warnings;
};

// The column that a field's name means among a level's: kind is a finding's there. Null: none. The side of a breast
// or a finding has no column.
const StudyColumn* columnAt(const StudyColumns& columns, const std::string& field, StudyLevel level);
// Whether a value is said of the level, or of what holds for all of it: the study, and of images and findings the
// breast.
bool holdsAt(const StudyColumn& column, StudyLevel level);
StudyLevel levelNamed(const std::string& name); // "image", "finding", "breast"; else Study

} // namespace mama

#pragma once
#include "core/library/studies/study_filter.h"

namespace mama {

// What choosing values beside a filter does to it. value "": not given; of the field "tag" a tag's name.
bool isChosen(const std::vector<FilterClause>& clauses, const std::string& field, const std::string& value);
// Chosen: no longer; else one more of the field's values, any of which will do. Tags are joined by "and", and "not
// given" takes the place of the field's values.
std::vector<FilterClause> turned(std::vector<FilterClause> clauses, const std::string& field, const std::string& value);
// Whether it is of the field alone: "score:NAME" is the score by a model of that name.
bool isOf(const FilterClause& clause, const std::string& field);
// A range of a field in place of any that there is; an end that is empty is open, both: no range.
std::vector<FilterClause> ranged(std::vector<FilterClause> clauses, const std::string& field, const std::string& low,
                                 const std::string& high);
// The ends of the field's range, as written; empty: open.
std::pair<std::string, std::string> rangeOf(const std::vector<FilterClause>& clauses, const std::string& field);

} // namespace mama

#pragma once
#include "core/library/studies/study_filter.h"

// What a filter's comparison says of values.
namespace mama::filtering {

inline constexpr auto action = TextId("filter.studies", "filter");

// Below 0, 0, above 0.
using Compare = int (*)(const std::string&, const std::string&);
int comparedText(const std::string& a, const std::string& b);
int comparedKeys(const std::string& a, const std::string& b);
int comparedDates(const std::string& a, const std::string& b); // as far as b is given: all of 2015 is 2015

// What is not given compares to nothing: only missing() and "not" find it.
bool holds(const FilterClause& clause, const std::string& value, Compare compare);
// By code of the column: a value fits as it is or by what a legend says it means.
std::vector<char> fittingCodes(const FilterClause& clause, const StudyColumn& column);

std::string placeOf(const FilterClause& clause);           // "character 3"
std::string listed(const std::vector<std::string>& names); // "a, b"; "-": there are none
// Error(Usage) where numbers or a date were expected; warns of the values that an equality's field has not.
void checkValues(const FilterClause& clause, const StudyColumn& column, std::vector<UserText>& warnings);
void checkDates(const FilterClause& clause);

} // namespace mama::filtering

#pragma once
#include "core/library/studies/study_filter.h"

namespace mama {

// How many of `among` have each of a field's values, and how many of all.
Facet facetOf(const StudyColumn& column, const StudySet& among, std::size_t studies);

} // namespace mama

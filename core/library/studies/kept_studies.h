#pragma once
#include "core/library/studies/study_columns.h"

#include <span>

namespace mama {

// Studies that somebody kept, as a short text: their ids, rising, as "3-9 12 40-41".
std::string rangesText(std::span<const std::int64_t> ids);
// The ids of such a text, rising; none where it is not one.
std::vector<std::int64_t> idsOfRanges(std::string_view text);

// Those of the ids that the columns have.
StudySet studySet(const StudyColumns& columns, std::span<const std::int64_t> ids);

// Tells one library from another: of its first command, which stays whatever is done. Empty: nothing was done yet.
std::string markOf(Library& library);

} // namespace mama

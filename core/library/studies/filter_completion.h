#pragma once
#include "core/library/studies/study_columns.h"

#include <span>

namespace mama {

// One way to go on.
struct FilterCandidate
{
    std::string text; // what is put in
    std::string note; // what a code means; for a value how many rows have it; may be empty
};

// How a filter can go on where somebody types: text[begin, end) is replaced by a candidate.
struct FilterCompletion
{
    std::size_t begin = 0, end = 0;
    std::vector<FilterCandidate> candidates;
    bool asked = false; // to be shown only when asked for: nothing is typed yet, and it need not go on
};

// Fields, signs, values (most frequent first), tags and levels whose name holds what is typed before the cursor; none
// where the filter is wrong before it. models: that are asked side by side, whose scores can be compared.
FilterCompletion completeFilter(const StudyColumns& columns, std::string_view text, std::size_t cursor,
                                std::span<const std::string> models = {});

} // namespace mama

#pragma once
#include "core/library/studies/study_filter.h"

namespace mama {

// How many studies have a field's value in each of equal steps.
struct ValueHistogram
{
    std::string field;
    double low = 0, step = 1; // bin i holds low + i * step <= value < low + (i + 1) * step, the last also its end
    bool whole = false;       // all values are whole numbers, and so are low and step
    std::vector<std::size_t> counts, all; // among those that the other fields' clauses leave; of all studies
    double high() const { return low + step * static_cast<double>(all.size()); }
};

// Of a field of numbers, or one that isOfScores(): of `scores`, one a study. A study with several values counts once in
// each bin that has one. Empty: there is no such field, its values are not numbers, or they are all the same.
std::optional<ValueHistogram> histogramOf(const StudyColumns& columns, const std::string& field, const StudySet& among,
                                          const std::vector<float>* scores = nullptr);
// Fields that have one, "score" aside.
std::vector<std::string> numberFields(const StudyColumns& columns);

} // namespace mama

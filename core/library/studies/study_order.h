#pragma once
#include "core/library/studies/study_columns.h"

#include <optional>
#include <span>
#include <string>

namespace mama {

struct StudyOrder
{
    std::string field = "study"; // a column's name; "study", "patient", "date"; one that isOfScores(): by `scores`
    bool descending = false;
    std::span<const float> scores{}; // one a study of the columns; NaN: it has none
};

inline constexpr std::string_view rankDifference = "rank:difference"; // between models
// "score", or of several models "score:NAME" and rankDifference.
bool isOfScores(std::string_view field);
std::string scoreField(std::string_view model);                  // "score:NAME"
std::optional<std::string> modelOfScore(std::string_view field); // NAME of that; empty: it is another field

// The studies of a set, sorted: numbers as numbers, other values letter by letter, and of a field of images, breasts or
// findings by a study's highest. Equal ones stand as the library took them in, and those without a value last,
// whichever way it is sorted. Error(Usage): there is no such field.
std::vector<std::uint32_t> orderStudies(const StudyColumns& columns, const StudySet& studies, const StudyOrder& order);

} // namespace mama

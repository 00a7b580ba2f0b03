#pragma once
#include "core/library/studies/study_facts.h"

#include <QPalette>
#include <QString>

namespace mama {

// What a model that is asked says of the study.
struct StudyScore
{
    QString model, score, rank; // "0.312", "rank 4 of 120"; empty: there is none
    std::int64_t best = 0;      // its image with the highest score; 0: there is none
    QString why = {};           // why there is no score
    bool operator==(const StudyScore&) const = default;
};

// What stands in the text beside the facts.
struct FactsLook
{
    std::vector<StudyScore> scores{};
    bool editable = false;  // links "label:3" at what is said (labelOf), and "label:new"
    std::int64_t image = 0; // whose heading is marked; 0: none
};

// A study's facts as a text with headings, each with the table and row that it comes from. Links "study:17" lead to the
// patient's other studies, "image:5" to an image, whose heading has the same name.
QString htmlOf(const StudyFacts& facts, const QPalette& palette, const FactsLook& look = {});
// Of a link "label:3"; null: it is none of this study.
const FactLabel* labelOf(const StudyFacts& facts, int number);

} // namespace mama

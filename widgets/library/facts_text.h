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

// A study's facts as a text with headings, each with the table and row that it comes from. Links "study:17" lead to the
// patient's other studies.
QString htmlOf(const StudyFacts& facts, const QPalette& palette, const std::vector<StudyScore>& scores = {});

} // namespace mama

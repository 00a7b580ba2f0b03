#pragma once
#include "core/library/studies/study_facts.h"

#include <QPalette>
#include <QString>

namespace mama {

// A study's facts as a text with headings, each with the table and row that it comes from. Links "study:17" lead to the
// patient's other studies.
QString htmlOf(const StudyFacts& facts, const QPalette& palette);

} // namespace mama

#pragma once
#include "core/library/studies/study_columns.h"

#include <QColor>
#include <QPalette>
#include <QString>
#include <span>

namespace mama {

// What colours of a map mean: of every study a kind, of every kind a colour that colour-blind eyes tell from the
// others. Kind 0: not given, grey.
struct MapColours
{
    std::vector<std::uint8_t> kinds; // of studies
    std::vector<QColor> colours;     // of kinds
    std::vector<QString> words;      // of kinds; of a ramp those of its ends alone
    bool isRamp = false;             // kinds 1 to the last are steps between two ends
};

// Of a field each value a colour, the rarest together where there are many; of many numbers steps from the lowest to
// the highest. Of several values that a study has, the highest, as sorting takes it.
MapColours coloursOfField(const StudyColumns& columns, const StudyColumn& field, const QPalette& palette);
// Steps from the lowest score to the highest. NaN: it has none.
MapColours coloursOfScores(std::span<const float> scores, const QPalette& palette);
// One colour for all.
MapColours plainColours(std::size_t studies, const QPalette& palette);

} // namespace mama

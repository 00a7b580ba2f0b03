#pragma once
#include "core/study/scan.h"

#include <QString>

namespace mama {

// What the panel says of studies, their images and files. A warning that concerns the whole study, such as being kept
// apart from another one, stands with the study; every other one with its image.
QString studyText(const Study& study, bool identifiers);
QString imageText(const Study& study, const StudyImage& image);
QString extraText(const StudyImage& image); // its label alone, with the frame of a stack
// With places where a name or a UID that is wider than the panel may go on in the next line.
QString breakable(const QString& text);
QString imageTip(const StudyImage& image); // where it lies, where side and view come from, its scale

} // namespace mama

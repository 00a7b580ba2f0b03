#pragma once
#include "core/study/study.h"

namespace mama {

// Side, view and modifiers from the first source that gives a valid answer, with the source's name; a later source
// that contradicts is a warning with both values (workstation notes 1.1).
void resolveSideAndView(StudyImage& image);

// As the reader says, where neither header nor name did: the label follows, and a badge tells it.
void setByReader(StudyImage& image, Side side, const std::string& view);

// A loose picture, or a DICOM image of modality MG; also one of the breast on a phosphor plate or a general detector.
bool isMammogram(const ImageHeader& header);

} // namespace mama

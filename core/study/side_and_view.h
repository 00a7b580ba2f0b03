#pragma once
#include "core/study/study.h"

namespace mama {

// Side, view and modifiers from the first source that gives a valid answer, with the source's name; a later source
// that contradicts is a warning with both values (workstation notes 1.1).
void resolveSideAndView(StudyImage& image);

} // namespace mama

#pragma once
#include "core/study/study.h"

#include <list>
#include <vector>

namespace mama {

// Images put together into studies, without slots. Images of one Study Instance UID, or of one folder where there is
// none, are one study only if patient and date do not contradict; pictures without any of these only if their file
// names do not tell them apart. Where a UID or folder falls into several, each image is warned of it and each study has
// a uid of its own.
std::vector<Study> groupImages(std::list<StudyImage> images);

} // namespace mama

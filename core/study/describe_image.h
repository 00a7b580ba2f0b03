#pragma once
#include "core/study/study.h"

namespace mama {

// Adds what was found when the pixels were read.
void takeWarnings(StudyImage& image, const ImageHeader& header);

// Everything of an image that its header and name say: side, view, label, presentation, spacing, badges.
StudyImage describeImage(const std::filesystem::path& path, const ImageHeader& header, int frame = 0);

} // namespace mama

#pragma once
#include "core/base/user_text.h"
#include "core/study/study.h"

namespace mama {

// What the header states, where a mammogram can have been taken so: 0.9 to 4. A factor of 180 is a percentage, one of
// 0 says that nobody knows.
std::optional<double> usableMagnification(const ImageHeader& header);

// Millimetres in the breast with their basis; a stated and a computed spacing that differ by over 5 % are a warning
// (workstation notes 1.6), and so are spacings and factors that no mammogram has: they are not used.
SpacingFact resolveSpacing(const ImageHeader& header, std::vector<UserText>& warnings);

} // namespace mama

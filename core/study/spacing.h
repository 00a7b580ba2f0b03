#pragma once
#include "core/base/user_text.h"
#include "core/study/study.h"

namespace mama {

// Millimetres in the breast with their basis; a stated and a computed spacing that differ by over 5 % are a warning
// (workstation notes 1.6).
SpacingFact resolveSpacing(const ImageHeader& header, std::vector<UserText>& warnings);

} // namespace mama

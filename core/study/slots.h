#pragma once
#include "core/study/study.h"

namespace mama {

// Fills the four slots, one image each, orders the extras and finds the twins (workstation notes 1.2, 1.5).
void fillSlots(Study& study);

} // namespace mama

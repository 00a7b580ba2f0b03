#pragma once
#include "core/library/collection/library.h"

namespace mama {

// Regions that tables have over an image's right or lower edge are cut off there, once its size is known; what the
// table has stays beside it. How many.
std::int64_t clipRegions(Library& library);

} // namespace mama

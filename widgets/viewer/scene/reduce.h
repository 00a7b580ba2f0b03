#pragma once
#include "widgets/viewer/scene/view_image.h"

namespace mama::viewer {

// The next level: half the rows and columns (rounded up), each pixel the mean of up to four. Padded pixels do not
// count; where most are padded, the result is padded. A mean never falls into the range of the padding by itself.
ViewLevel halved(const ViewLevel& level, const std::optional<std::pair<double, double>>& paddedCodes);

} // namespace mama::viewer

#pragma once
#include "widgets/viewer/scene/hanging.h"

namespace mama::viewer {

// Grid or Row: in which of them the study's views will hang larger in a view of this size, from what their headers say
// of them, before a pixel is read. Empty: a view's size is not known, or there is none. The grid, unless the row is
// larger by a twentieth.
std::optional<ViewLayout> largerLayout(const Study& study, const StandardViews& views, PixelRect whole);

} // namespace mama::viewer

#include "widgets/viewer/zoom_tool.h"

#include <cmath>

namespace mama::viewer {
namespace {

constexpr double reach = 200.0; // logical pixels that zoom by e

} // namespace

ViewTool::Changed ZoomTool::move(ViewModel& model, const ToolDrag& drag)
{
    model.zoom(std::exp(-(drag.now.y - drag.last.y) / drag.unit / reach), drag.pane, drag.start);
    return Changed::Zoom;
}

} // namespace mama::viewer

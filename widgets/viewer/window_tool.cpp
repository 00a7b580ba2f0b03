#include "widgets/viewer/window_tool.h"

#include <cmath>

namespace mama::viewer {
namespace {

constexpr double reach = 500.0; // logical pixels that move the centre by one width, or the width by e

} // namespace

ViewTool::Changed WindowTool::move(ViewModel& model, const ToolDrag& drag)
{
    const double x = (drag.now.x - drag.last.x) / drag.unit, y = (drag.now.y - drag.last.y) / drag.unit;
    model.adjustWindow(drag.pane, -y / reach, std::exp(x / reach));
    return Changed::Windows;
}

} // namespace mama::viewer

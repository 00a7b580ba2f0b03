#include "widgets/viewer/pan_tool.h"

namespace mama::viewer {

ViewTool::Changed PanTool::move(ViewModel& model, const ToolDrag& drag)
{
    model.pan(drag.now.x - drag.last.x, drag.now.y - drag.last.y, drag.pane);
    return Changed::Zoom;
}

} // namespace mama::viewer

#include "widgets/viewer/mark_tool.h"

#include <cmath>

namespace mama::viewer {

ViewTool::Changed MarkTool::release(ViewModel& model, const ToolDrag& drag)
{
    constexpr double tremor = 3; // logical pixels
    if (std::hypot(drag.now.x - drag.start.x, drag.now.y - drag.start.y) > tremor * drag.unit)
        return PanTool::release(model, drag);
    return Changed::Place;
}

} // namespace mama::viewer

#include "widgets/viewer/view_tool.h"

#include "widgets/viewer/mark_tool.h"
#include "widgets/viewer/measure_tool.h"
#include "widgets/viewer/pan_tool.h"

namespace mama::viewer {

std::unique_ptr<ViewTool> makeTool(LeftTool tool)
{
    switch (tool) {
    case LeftTool::Measure: return std::make_unique<MeasureTool>();
    case LeftTool::Mark: return std::make_unique<MarkTool>();
    case LeftTool::Pan: break;
    }
    return std::make_unique<PanTool>();
}

} // namespace mama::viewer

#include "widgets/viewer/view_tool.h"

#include "widgets/viewer/draw_tool.h"
#include "widgets/viewer/mark_tool.h"
#include "widgets/viewer/pan_tool.h"

namespace mama::viewer {

std::optional<ShapeKind> drawnBy(LeftTool tool)
{
    switch (tool) {
    case LeftTool::Ruler: return ShapeKind::Ruler;
    case LeftTool::Area: return ShapeKind::Area;
    case LeftTool::Angle: return ShapeKind::Angle;
    case LeftTool::Circle: return ShapeKind::Circle;
    case LeftTool::Ellipse: return ShapeKind::Ellipse;
    case LeftTool::Rectangle: return ShapeKind::Rectangle;
    case LeftTool::Note: return ShapeKind::Note;
    case LeftTool::Box: return ShapeKind::Box;
    case LeftTool::Contour: return ShapeKind::Contour;
    case LeftTool::Pan:
    case LeftTool::Mark: break;
    }
    return std::nullopt;
}

std::unique_ptr<ViewTool> makeTool(LeftTool tool, NoteLayer& notes, Drawn drawn, Refused refused)
{
    if (const auto kind = drawnBy(tool))
        return std::make_unique<DrawTool>(*kind, notes, std::move(drawn), std::move(refused));
    if (tool == LeftTool::Mark)
        return std::make_unique<MarkTool>();
    return std::make_unique<PanTool>();
}

} // namespace mama::viewer

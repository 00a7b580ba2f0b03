#pragma once
#include "widgets/viewer/view_tool.h"

namespace mama::viewer {

// Up: larger, down: smaller; the place that was pressed stays.
class ZoomTool : public ViewTool
{
public:
    Changed move(ViewModel& model, const ToolDrag& drag) override;
};

} // namespace mama::viewer

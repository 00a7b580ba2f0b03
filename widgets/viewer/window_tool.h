#pragma once
#include "widgets/viewer/view_tool.h"

namespace mama::viewer {

// Sideways: the window's width; up and down: its centre.
class WindowTool : public ViewTool
{
public:
    Changed move(ViewModel& model, const ToolDrag& drag) override;
};

} // namespace mama::viewer

#pragma once
#include "widgets/viewer/view_tool.h"

namespace mama::viewer {

// The image follows the hand.
class PanTool : public ViewTool
{
public:
    Changed move(ViewModel& model, const ToolDrag& drag) override;
};

} // namespace mama::viewer

#pragma once
#include "widgets/viewer/pan_tool.h"

namespace mama::viewer {

// A click chooses a place, which the view tells of; a drag moves the picture.
class MarkTool : public PanTool
{
public:
    Changed release(ViewModel& model, const ToolDrag& drag) override;
    QCursor cursor() const override { return Qt::CrossCursor; }
};

} // namespace mama::viewer

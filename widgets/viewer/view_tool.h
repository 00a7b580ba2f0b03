#pragma once
#include "widgets/viewer/scene/view_model.h"
#include "widgets/viewer/text_sprites.h"

#include <Qt>
#include <memory>
#include <optional>

namespace mama::viewer {

// A press of the mouse on an image and where it went since; device pixels of the view.
struct ToolDrag
{
    PaneId pane;
    Point start, last, now;
    double unit = 1; // device pixels a logical pixel
};

// What the mouse does with an image while a button is down. A further tool is a file with such a class; if the reader
// chooses it for the left button, it has a line in makeTool and a command in view_commands.cpp.
class ViewTool
{
public:
    // What a call changed: the view draws anew, and the window hears of windows, of zoom and of the place chosen.
    enum class Changed { Nothing, Drawing, Windows, Zoom, Place };

    virtual ~ViewTool() = default;
    virtual Changed press(ViewModel&, const ToolDrag&) { return Changed::Nothing; }
    virtual Changed move(ViewModel& model, const ToolDrag& drag) = 0; // a drag, beyond the hand's tremor
    virtual Changed release(ViewModel&, const ToolDrag&) { return Changed::Nothing; }
    // What the tool drew, over the images and their texts; called for every frame, in use or not.
    virtual void paint(const ViewModel&, TextSprites&, SceneFrame&) {}
    virtual void forget(const std::optional<PaneId>&) {} // an image left or was replaced; empty: all images
    virtual void leave() {}                              // another tool was chosen
    virtual Qt::CursorShape cursor() const { return Qt::ArrowCursor; }
};

// What the reader can choose for the left button.
enum class LeftTool { Pan, Measure, Mark };
std::unique_ptr<ViewTool> makeTool(LeftTool tool);

} // namespace mama::viewer

#pragma once
#include "core/image/measure/shape.h"
#include "widgets/viewer/scene/view_model.h"

#include <QCursor>
#include <functional>
#include <memory>
#include <optional>

namespace mama::viewer {

class NoteLayer;

// A press of the mouse on an image and where it went since; device pixels of the view.
struct ToolDrag
{
    PaneId pane;
    Point start, last, now;
    double unit = 1;          // device pixels a logical pixel
    double magnification = 1; // of the loupe that is looked through, else 1
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
    // Without a button down; drag.pane is the image under the pointer.
    virtual Changed hover(ViewModel&, const ToolDrag&) { return Changed::Nothing; }
    virtual bool doubleClick(ViewModel&, const ToolDrag&) { return false; } // false: it means nothing to the tool
    virtual bool giveUp() { return false; }                                 // what is half done; false: nothing is
    virtual QCursor cursor() const { return Qt::ArrowCursor; }
};

// What the reader can choose for the left button.
enum class LeftTool { Pan, Mark, Ruler, Area, Angle, Circle, Ellipse, Rectangle, Note, Box, Contour };
std::optional<ShapeKind> drawnBy(LeftTool tool); // empty: it draws nothing
// drawn: hears of each shape that is complete.
using Drawn = std::function<void(const PaneId& pane, const Shape& shape)>;
// refused: hears of what a hand ended that is no shape, since it has no extent.
using Refused = std::function<void(ShapeKind kind)>;
std::unique_ptr<ViewTool> makeTool(LeftTool tool, NoteLayer& notes, Drawn drawn, Refused refused);

} // namespace mama::viewer

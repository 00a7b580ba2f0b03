#pragma once
#include <QImage>
#include <QString>
#include <functional>
#include <memory>

class QWidget;

namespace mama::viewer {

// How frames come into the window. Direct: the graphics card draws into it. Copied: drawn off screen and copied, for
// renderers that are the processor itself; there Qt's joining of a window from textures takes longer than the frame.
// Where such a frame takes longer than a thirtieth of a second, those that follow at once are drafts until there is
// rest.
enum class Presentation { Automatic, Direct, Copied };

// Who draws. The context is current in all calls but the last two.
struct FramePainter
{
    std::function<void()> begin; // a new context
    // Into the framebuffer that is bound, in device pixels of the canvas. quick: what changes while it is shown may be
    // a draft; returns whether something is.
    std::function<bool(bool quick)> paint;
    std::function<void()> end;   // the context goes
    std::function<void()> shown; // a frame is in the window
    std::function<void(const QString& reason)> failed;
};

// The child of a view that its frames are drawn in; the mouse goes through it.
class Canvas
{
public:
    virtual ~Canvas() = default; // calls end; destroy it before what the painter uses
    virtual QWidget& widget() = 0;
    virtual void redraw() = 0; // soon; what else uncovers the widget need not draw anew
    virtual QImage grab() = 0; // a frame drawn now, no draft
};

std::unique_ptr<Canvas> makeCanvas(QWidget* parent, Presentation presentation, FramePainter painter);

} // namespace mama::viewer

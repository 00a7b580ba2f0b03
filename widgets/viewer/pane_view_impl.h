#pragma once
#include "widgets/viewer/annotations.h"
#include "widgets/viewer/draw_tool.h"
#include "widgets/viewer/note_layer.h"
#include "widgets/viewer/pane_view.h"
#include "widgets/viewer/scene/scene.h"

#include <QPointF>
#include <functional>
#include <map>
#include <vtkSmartPointer.h>

class vtkGenericOpenGLRenderWindow;

namespace mama::viewer {

// The state behind the widget. The model knows what is where; the scene draws; annotations write; tools are the mouse.
class PaneView::Impl
{
public:
    Impl(PaneView* owner, Presentation presentation);
    ~Impl();

    // With a context, for the canvas.
    void beginGraphics();
    bool paintFrame(bool quick);
    void endGraphics();
    void resized();
    SceneFrame frame();
    Point device(QPointF logical) const;

    void changedWindows(const PaneId& id);
    void changedZoom();
    void activeMayChange(const std::function<void()>& change);
    void followPointer(QPointF logical); // redraws what hangs on the pointer, and tells what lies there
    void point(QPointF logical, QPointF onScreen);
    void tellUnderPointer(); // what lies there now that the pictures, not the mouse, have moved
    void tell(const CursorInfo& info);

    // Mouse.
    using ToolStep = ViewTool::Changed (ViewTool::*)(ViewModel&, const ToolDrag&);
    ViewTool* toolOf(MouseAct act) const; // nullptr: it does nothing
    void useTool(ToolStep call, QPointF position);
    void choosePlace(const ToolDrag& click);
    ToolDrag dragTo(const PaneId& pane, QPointF position) const;

    // Notes.
    NoteLayer::Look lookAt(const PaneId& pane, QPointF logical) const;
    std::optional<NoteLayer::Hit> noteAt(QPointF logical) const;
    bool grab(QPointF logical); // whether the left button moves a note from here
    void choose(std::optional<std::int64_t> id);
    void followNotes(QPointF logical);
    void showCursor();

    // Another view's cell (pane_view_follow.cpp).
    void hangAlone(const HungCell& cell); // what hung before is forgotten
    void followImage(const Impl& other, const PaneId& pane);
    void followWords(const Impl& other, const HungCell& cell);

    // Commands, on the active image.
    void setLayout(ViewLayout layout);
    void maximiseOrRestore();
    void step(int direction);
    void zoomBy(double factor);
    void panBy(int x, int y); // tenths of the cell
    void windowBy(double brighter, double widthFactor);
    void nextWindow();
    void reset();
    void changeStyle(bool OverlayStyle::*what);
    void changeAid(bool Aids::*what);
    void changeLoupe(double magnification, double side); // by factors
    void toggleTool(LeftTool tool);                      // chosen again it gives way to panning
    void showTrueSize();
    void stepField(int by);
    void turnBy(Turn (Turn::*how)() const); // of the active image
    void turnBack();
    void toggleLinked();
    void toggleWindowsLinked();

    PaneView* q;
    ViewModel model;
    TextSprites sprites;
    Annotations annotations{sprites};
    ViewTexts texts;
    OverlayStyle style;
    Aids aids;
    std::shared_ptr<const std::vector<float>> greys;
    vtkSmartPointer<vtkGenericOpenGLRenderWindow> window;
    std::unique_ptr<Scene> scene;
    bool pending = true;

    NoteLayer notes;
    std::map<LeftTool, std::unique_ptr<ViewTool>> leftTools;
    std::unique_ptr<GrabTool> grabTool;
    std::unique_ptr<ViewTool> rightTool, middleTool;
    LeftTool left = LeftTool::Pan;
    MouseMap mouse = defaultMouse();
    int wheelRest = 0; // eighths of a degree that are no step yet
    int cursorShown = 0;
    std::optional<PixelRect> dropArea; // of the cell that an image is dragged over
    std::optional<QPointF> pointer;    // logical; empty: not over the view
    QPointF pointerOnScreen;
    QString told; // of what lies under it
    struct Drag
    {
        Qt::MouseButton button = Qt::NoButton;
        QPointF start, last;
        std::optional<PaneId> pane;
        bool moved = false, grabbed = false; // grabbed: a note
        MouseAct act = MouseAct::Nothing;
    } drag;
    std::unique_ptr<Canvas> canvas; // the last: what it draws with must be there to its end
};

} // namespace mama::viewer

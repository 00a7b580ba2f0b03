#pragma once
#include "widgets/viewer/annotations.h"
#include "widgets/viewer/pane_view.h"
#include "widgets/viewer/scene/scene.h"
#include "widgets/viewer/scene/view_model.h"

#include <QHash>
#include <QPointF>
#include <map>
#include <vtkSmartPointer.h>

class QOpenGLContext;
class vtkGenericOpenGLRenderWindow;

namespace mama::viewer {

// The state behind the widget. The model knows what is where; the scene draws; annotations write.
class PaneView::Impl
{
public:
    explicit Impl(PaneView* owner);
    ~Impl();

    void releaseGraphics();
    void resized();
    SceneFrame frame();
    void addLoupe(SceneFrame& frame) const;
    void addCrossHair(SceneFrame& frame) const;
    Point device(QPointF logical) const;
    void changedWindow(Slot slot);
    void setActive(Slot slot);
    void performLayout(ViewLayout layout);
    void step(int direction);
    void measure(Slot slot, Point from, Point to); // stored pixels; replaces the image's measurement
    void forgetMeasurements(std::optional<Slot> slot = {});

    PaneView* q;
    ViewModel model;
    ViewTexts texts;
    OverlayStyle style;
    Annotations annotations;
    vtkSmartPointer<vtkGenericOpenGLRenderWindow> window;
    std::unique_ptr<Scene> scene;
    QMetaObject::Connection contextGone;

    ViewMouse mouse;
    std::map<ViewCommand, QKeySequence> keys;
    bool keysEnabled = true;
    std::optional<ViewLayout> beforeMaximise;
    bool loupe = false, crossHair = false, measuring = false;
    double loupeMagnification = 2;
    int loupeSide = 320;
    std::optional<QPointF> pointer; // logical; empty: not over the view
    bool pending = true;
    bool failed = false;

    struct Drag
    {
        Qt::MouseButton button = Qt::NoButton;
        QPointF last, start;
        Slot slot = Slot::RCC;
        bool moved = false;
    } drag;
};

} // namespace mama::viewer

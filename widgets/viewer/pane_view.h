#pragma once
#include "widgets/viewer/measurement.h"
#include "widgets/viewer/scene/hanging.h"
#include "widgets/viewer/scene/map_overlay.h"
#include "widgets/viewer/scene/view_image.h"

#include <QKeySequence>
#include <QOpenGLWidget>
#include <memory>
#include <optional>

// Mammograms hung chest wall to chest wall in one OpenGL widget over VTK.
// How to use it (window's thread; everything below returns at once, GPU uploads are cut into pieces of a few ms):
//   worker thread:  auto image = ViewImage::make(file->readFrame(f), file->pipeline(f), studyImage);
//   window thread:  view->setImage(studyImage.slot, image);        // std::shared_ptr<const ViewImage>
//   engine's reply: view->setOverlay(slot, std::make_shared<MapOverlay>(MapOverlay{values, geometry, {}}));
//   view->setOverlayStyle(style); view->setLegend({sentence, "name 1a2b3c", "mama v1", "", false, ""});
// Before main's QApplication: PaneView::setDefaultFormat(), so that all windows share an OpenGL 3.2 core context.
namespace mama::viewer {

// What lies under the pointer.
struct CursorInfo
{
    bool inside = false; // over an image; all below is empty otherwise
    Slot slot = Slot::RCC;
    int column = 0, row = 0; // stored pixels
    double value = 0;        // after modality
    bool padded = false;
    bool air = false;                // outside the breast
    bool seen = false;               // the model saw this point (false without an overlay)
    std::optional<float> similarity; // raw cosine of the patch, whatever the style hides
    std::optional<Point> mm;         // from the stored upper left corner; empty without spacing
    std::optional<double> depthMm;   // from the chest wall
};
// "RCC  x 1203  y 845  value 2103  84.21, 59.15 mm  similarity 0.312"
QString toText(const CursorInfo& info);

// Every command of the view with its default key; the window lists them, remaps them and makes menus of them.
enum class ViewCommand {
    LayoutGrid,
    LayoutRow,
    LayoutCcPair,
    LayoutMloPair,
    LayoutRightBreast,
    LayoutLeftBreast,
    Maximise,
    NextView,
    PreviousView,
    SameSize,
    Fit,
    Pixels,
    ZoomIn,
    ZoomOut,
    PanLeft,
    PanRight,
    PanUp,
    PanDown,
    Brighter,
    Darker,
    MoreContrast,
    LessContrast,
    NextWindow,
    Invert,
    Reset,
    ToggleOverlay,
    ToggleCells,
    ToggleIsolines,
    ToggleLoupe,
    ToggleCrossHair,
    ToggleTexts,
    Measure,
    UndoMirror
};
struct ViewCommandInfo
{
    ViewCommand command;
    const char* id;    // stable, for settings: "view.invert"
    const char* title; // English source string; translate in context "ViewCommand"
    const char* key;   // QKeySequence portable text
};
const std::vector<ViewCommandInfo>& viewCommands();

struct ViewMouse
{
    Qt::MouseButton window = Qt::RightButton;
    Qt::MouseButton pan = Qt::LeftButton;
    Qt::MouseButton zoom = Qt::MiddleButton; // drag up and down; the wheel zooms too
};

class PaneView : public QOpenGLWidget
{
    Q_OBJECT
public:
    explicit PaneView(QWidget* parent = nullptr);
    ~PaneView() override;
    static void setDefaultFormat();

    // Images. Null: the cell is empty and says emptyText, by default "L MLO: not in this study". clearStudy empties
    // all cells, overlays, scores and the legend, and sets zoom, pan and windows back.
    void setImage(Slot slot, std::shared_ptr<const ViewImage> image);
    const ViewImage* image(Slot slot) const;
    void setEmptyText(Slot slot, const QString& text);
    void clearStudy();

    // Results. An overlay is dropped when its image changes.
    void setOverlay(Slot slot, std::shared_ptr<const MapOverlay> overlay);
    void setOverlayStyle(const OverlayStyle& style);
    const OverlayStyle& overlayStyle() const;
    void setLegend(const OverlayLegend& legend);
    void setScore(Slot slot, const QString& text); // "similarity 0.312", under the label; empty: none

    // Window.
    void setWindow(Slot slot, const Window& window);
    void setVoiChoice(Slot slot, int choice); // index into ViewImage::voi()
    int voiChoice(Slot slot) const;
    Window window(Slot slot) const; // for a VOI LUT: its centre and width over the input
    void setWindowsLinked(bool linked);
    void setInverted(bool inverted);
    bool inverted() const;

    // Layout, zoom, pan. Poses are in mm from the chest wall (ViewPose).
    void setViewLayout(ViewLayout layout);
    ViewLayout viewLayout() const;
    void setMloFirst(bool first);
    void setZoomMode(ZoomMode mode);
    ZoomMode zoomMode() const;
    void setPosesLinked(bool linked);
    void setPose(Slot slot, const ViewPose& pose); // all views if linked
    ViewPose pose(Slot slot) const;
    std::optional<ViewTransform> transform(Slot slot) const; // device pixels; empty if not shown
    Slot activeSlot() const;
    void setActiveSlot(Slot slot);
    void maximise(std::optional<Slot> slot);    // empty: back to the layout before
    void setMirrored(Slot slot, bool mirrored); // display only; overrides what the study says

    // Reading aids.
    void setLoupe(bool on, double magnification = 2, int side = 320); // logical pixels
    void setCrossHair(bool on); // the same place, in mm from the chest wall, in every view
    void setTexts(bool on);     // labels, badges, rulers
    // While on, the pan button draws a distance instead, one an image; off: they are gone. A new image has none.
    void setMeasuring(bool on);
    std::optional<Measurement> measurement(Slot slot) const;
    void setPatientText(const QString& text); // never drawn unless given here
    void setMouse(const ViewMouse& mouse);
    void setKeysEnabled(bool on); // false: the window's own actions call perform()
    void setKey(ViewCommand command, const QKeySequence& key);

    void perform(ViewCommand command);
    // Of a command that is on or off, or one of several layouts or zooms, whether it is on; empty: it just acts.
    std::optional<bool> isOn(ViewCommand command) const;
    CursorInfo infoAt(QPointF position) const; // logical pixels of this widget
    // Whether all that the current zoom needs is on the GPU: screenshots and tests wait for uploadsFinished.
    bool uploadsPending() const;

Q_SIGNALS:
    void cursorMoved(const mama::viewer::CursorInfo& info);
    void clicked(const mama::viewer::CursorInfo& info); // pressed and released without a drag
    void windowChanged(mama::Slot slot, const mama::Window& window);
    void activeImageChanged(mama::Slot slot);
    void layoutChanged(mama::viewer::ViewLayout layout);
    void zoomChanged();
    void overlayStyleChanged();
    void aidsChanged(); // inversion, loupe, cross-hair, texts, measuring
    void uploadsFinished();
    void graphicsFailed(const QString& reason); // no usable OpenGL: say so and offer the software renderer

protected:
    void initializeGL() override;
    void resizeGL(int width, int height) override;
    void paintGL() override;
    void mousePressEvent(QMouseEvent* event) override;
    void mouseMoveEvent(QMouseEvent* event) override;
    void mouseReleaseEvent(QMouseEvent* event) override;
    void mouseDoubleClickEvent(QMouseEvent* event) override;
    void wheelEvent(QWheelEvent* event) override;
    void leaveEvent(QEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override;

private:
    class Impl;
    std::unique_ptr<Impl> m;
};

} // namespace mama::viewer

Q_DECLARE_METATYPE(mama::viewer::CursorInfo)

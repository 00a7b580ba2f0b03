#pragma once
#include "core/keys/mouse_map.h"
#include "widgets/viewer/canvas.h"
#include "widgets/viewer/cursor_info.h"
#include "widgets/viewer/note.h"
#include "widgets/viewer/reading_aids.h"
#include "widgets/viewer/scene/view_model.h"
#include "widgets/viewer/view_commands.h"
#include "widgets/viewer/view_tool.h"

#include <QWidget>
#include <map>
#include <memory>
#include <optional>
#include <vector>

// Mammograms hung chest wall to chest wall, drawn with OpenGL over VTK: the four standard views of a study, or any
// images of any studies.
// How to use it (window's thread; everything below returns at once, GPU uploads are cut into pieces of a few ms):
//   worker thread:  auto image = ViewImage::make(file->readFrame(f), file->pipeline(f), studyImage);
//   window thread:  view->setStandardViews(standardViews(study));  // or view->hang(cells)
//                   view->setImage({study.uid, index}, image);     // std::shared_ptr<const ViewImage>
//   engine's reply: view->setOverlay(pane, std::make_shared<MapOverlay>(MapOverlay{values, geometry, {}}));
//   view->setOverlayStyle(style); view->setLegend({sentence, "name 1a2b3c", "mama v1"});
// Before main's QApplication: PaneView::setDefaultFormat(), so that all windows share an OpenGL 3.2 core context.
namespace mama::viewer {

class PaneView : public QWidget
{
    Q_OBJECT
public:
    explicit PaneView(QWidget* parent = nullptr, Presentation presentation = Presentation::Automatic);
    ~PaneView() override;
    static void setDefaultFormat();

    // What hangs. clear() takes away images, results and legend, and sets zoom, pan and windows back.
    void setStandardViews(const StandardViews& views); // of the study that the layouts show
    void hang(const Hanging& cells);                   // anything else, until the next layout
    void setViewLayout(ViewLayout layout);
    ViewLayout viewLayout() const;
    double commonScale(const Hanging& cells) const; // device pixels a mm at which they would hang; 0: no image is there
    const Hanging& hung() const;                    // what is on screen
    void clear();

    // Images. Null: the cell is empty again. A cell without an image says why: as told for its pane, else as told for
    // all, where %1 is the cell's name; by default "L MLO: not in this study".
    void setImage(const PaneId& pane, std::shared_ptr<const ViewImage> image);
    const ViewImage* image(const PaneId& pane) const; // nullptr: none
    std::vector<PaneId> panes() const;                // those that have an image
    void setEmptyText(const PaneId& pane, const QString& text);
    void setEmptyText(const QString& text);

    // Results. An overlay is dropped when its image changes.
    void setOverlay(const PaneId& pane, std::shared_ptr<const MapOverlay> overlay);
    void setOverlayStyle(const OverlayStyle& style);
    const OverlayStyle& overlayStyle() const;
    void setLegend(const OverlayLegend& legend);
    void setCovered(int left, int right); // logical pixels at the sides that panels lie over: the legend keeps clear
    // Whether the window around says already that this is not for clinical use: while nothing was asked the strip below
    // the images then has no line at all, else this one.
    void setNoticeElsewhere(bool elsewhere);
    // "image similarity 0.312", under the label, and what is to be doubted of it, as a badge; empty: none.
    void setScore(const PaneId& pane, const QString& text, const QString& doubt = {});

    // Which of the studies that hang is the current exam and which a prior one, said large on their images.
    void setExams(const std::map<std::string, ExamRole>& exams);

    // The reader's marks, in stored pixels, numbered in their order; they replace what was marked on all images.
    void setMarks(const std::map<PaneId, std::vector<Point>>& marks);

    // What the reader drew, in stored pixels; it replaces what was drawn on all images. What the reader draws, moves or
    // wants to write is told by the signals below, and shown once it is set here.
    void setNotes(std::map<PaneId, std::vector<Note>> notes);
    std::vector<Note> notes(const PaneId& pane) const;
    void selectNote(std::optional<std::int64_t> id);
    std::optional<std::int64_t> selectedNote() const;
    bool leaveNote(); // a half-drawn one goes, else the choice, else the tool; false: there was none of these
    void showNote(std::int64_t id);                          // chooses it and brings it into sight, if its image hangs
    QPointF placeOf(const PaneId& pane, Point stored) const; // logical pixels of this widget

    // Windows, zoom and pan. Poses are in mm from the chest wall; setPose moves all images if they are linked.
    void setWindow(const PaneId& pane, const Window& window);
    void setVoiChoice(const PaneId& pane, int choice); // index into ViewImage::voi()
    // The same for the images whose windows are linked with its own: by the name of the choice.
    void chooseAlike(const PaneId& pane, int choice);
    std::vector<PaneId> windowGroup(const PaneId& pane) const; // linked with it, and itself
    bool hasOwnWindow(const PaneId& pane) const;               // the reader's, no choice of the file's
    Shade shade(const PaneId& pane) const;
    void setZoomMode(ZoomMode mode);
    ZoomMode zoomMode() const;
    void setTrueScale(double pixelsPerMm); // device pixels a mm of the screen it is on; 0: that was not measured
    void setPose(const PaneId& pane, const ViewPose& pose);
    ViewPose pose(const PaneId& pane) const;
    std::optional<ViewTransform> transform(const PaneId& pane) const; // device pixels; empty if not shown
    void setLinked(const PaneId& pane, bool linked);                  // with the others' zoom, pan and windows
    bool isLinked(const PaneId& pane) const;
    void setTurn(const PaneId& pane, Turn turn); // display only, on top of what the study says
    Turn turn(const PaneId& pane) const;

    // The image that keys and the list of windows are for; empty: its cell has none.
    std::optional<PaneId> activePane() const;
    std::optional<HungCell> activeCell() const; // empty: nothing hangs
    void setActivePane(const PaneId& pane);

    // Driving level 0..1 of evenly spaced grey values, at least 2 (core/display/gsdf.h); null: as they are.
    void setGreys(std::shared_ptr<const std::vector<float>> greys);

    void setAids(const Aids& aids);
    const Aids& aids() const;
    void setTool(LeftTool tool);
    LeftTool tool() const;
    void setMouse(const MouseMap& mouse); // what its buttons and its wheel do

    // One cell of another view by itself: picture, window, map, words, marks and notes are the other's as it has them
    // now, and so are inversion and what the mouse does; zoom, pan, rotation, loupe and tool are this view's own. To be
    // called again when the other says shownChanged: only what is another then is drawn again.
    void follow(const PaneView& other, const HungCell& cell);
    // The window of an image as another view has it that shows it too: those whose windows are linked with it change by
    // the same share.
    void shadeAlike(const PaneId& pane, const Shade& shade);

    static const std::vector<ViewCommandInfo>& commands(); // in the order of the menus
    void perform(ViewCommand command);
    // Of a command that is on or off, or one of several layouts or zooms, whether it is on; empty: it just acts.
    std::optional<bool> isOn(ViewCommand command) const;
    CursorInfo infoAt(QPointF position) const; // logical pixels of this widget
    // Whether all that the current zoom needs is on the GPU: screenshots and tests wait for uploadsFinished.
    bool uploadsPending() const;
    void redraw();      // soon; all that changes what is seen calls it
    QImage grabFrame(); // what is to be seen, drawn now, device pixels

Q_SIGNALS:
    void cursorMoved(const mama::viewer::CursorInfo& info);
    void windowChanged(const mama::viewer::PaneId& pane, const mama::Window& window);
    void placeClicked(const mama::viewer::PaneId& pane, mama::Point at); // with LeftTool::Mark; stored pixels
    void noteDrawn(const mama::viewer::PaneId& pane, const mama::Shape& shape);
    void shapeRefused(mama::ShapeKind kind); // what was drawn has no extent
    void noteMoved(qint64 id, const mama::Shape& shape);
    void noteSelected(qint64 id); // 0: none
    void noteTextAsked(qint64 id);
    void wheelTurned(mama::MouseAct act, int by); // what is not the view's: to the next (1) or previous (-1)
    void imageDropped(int image, const mama::viewer::HungCell& cell); // of the study, on a cell (dragged_image.h)
    void activePaneChanged();
    void zoomChanged();     // or the hanging
    void trueSizeRefused(); // asked for, but the screen was not measured
    void overlayStyleChanged();
    void aidsChanged(); // or the tool
    void uploadsFinished();
    void shownChanged();                        // something of what it shows may be another: it is drawn again soon
    void frameShown();                          // it is in the window
    void graphicsFailed(const QString& reason); // no usable OpenGL: say so and offer the software renderer

protected:
    void resizeEvent(QResizeEvent* event) override;
    void mousePressEvent(QMouseEvent* event) override;
    void mouseMoveEvent(QMouseEvent* event) override;
    void mouseReleaseEvent(QMouseEvent* event) override;
    void mouseDoubleClickEvent(QMouseEvent* event) override;
    void wheelEvent(QWheelEvent* event) override;
    void leaveEvent(QEvent* event) override;
    void dragEnterEvent(QDragEnterEvent* event) override;
    void dragMoveEvent(QDragMoveEvent* event) override;
    void dragLeaveEvent(QDragLeaveEvent* event) override;
    void dropEvent(QDropEvent* event) override;
    bool event(QEvent* event) override; // tooltips: what badges and warnings of the image below say

private:
    class Impl;
    struct CommandTable;
    std::unique_ptr<Impl> m;
};

} // namespace mama::viewer

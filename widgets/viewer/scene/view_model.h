#pragma once
#include "widgets/viewer/scene/pane_geometry.h"
#include "widgets/viewer/scene/scene.h"

#include <functional>
#include <map>
#include <memory>
#include <optional>

// What the view shows and how: hanging, zoom, pan and windows of any number of images. Plain arithmetic that tests
// drive without a window.
namespace mama::viewer {

// One image and how it is shown, hung or not.
struct Pane
{
    std::shared_ptr<const ViewImage> image; // never null
    std::shared_ptr<const MapOverlay> overlay;
    std::optional<MapOverlay::Peak> peak; // of overlay
    Turn turn;
    Shade shade;
    ViewPose pose;
    bool wallRight = true;       // of the cell in which it hangs, or hung last
    std::optional<ZoomMode> own; // of one that is unlinked: it zooms, pans and windows by itself
};

// What all images do together.
struct Linking
{
    bool poses = true, windows = true;
};

class ViewModel
{
public:
    void setArea(PixelRect area);

    // Images. Null: the image leaves; what was set for it is forgotten.
    void setImage(const PaneId& id, std::shared_ptr<const ViewImage> image);
    void setOverlay(const PaneId& id, std::shared_ptr<const MapOverlay> overlay);
    void setTurn(const PaneId& id, Turn turn);
    const Pane* pane(const PaneId& id) const; // nullptr: no such image
    const std::map<PaneId, Pane>& panes() const { return m_panes; }
    void clear(); // no image, no standard view; zoom, windows, inversion as in the beginning, the layout stays

    // Hanging: a layout of one study's standard views, or cells of the caller's choice.
    void setStandardViews(StandardViews views);
    void setLayout(ViewLayout layout);
    void hang(Hanging cells); // the layout is Other then
    void restoreLayout();     // the one before Single
    // Device pixels a mm at which all images of these cells, that are there, would hang at one size; 0: there is none.
    double commonScale(Hanging cells) const;
    ViewLayout layout() const { return m_layout; }
    const Hanging& hung() const { return m_hung; }
    const HungCell* hungCell(const PaneId& id) const; // nullptr: not on screen
    const HungCell* cellAt(Point screen) const;       // device pixels
    std::optional<ViewTransform> transform(const PaneId& id) const;

    // The active cell is on screen; it stays by its image, else by its name, when the hanging changes.
    const HungCell* activeCell() const; // nullptr: nothing hangs
    std::optional<PaneId> activePane() const;
    bool activate(const HungCell& cell); // false: it was active before, or hangs nowhere
    bool activate(const PaneId& id);
    bool step(int direction); // to the next cell of the hanging, also of those that Single hides

    // Millimetres: depth from the chest wall, height below the image's middle as it hangs, whichever way it is turned.
    Point toDepth(const PaneId& id, Point screen) const;
    Point fromDepth(const PaneId& id, Point depth) const;
    double mmPerPixel() const { return m_nominal; } // what stands in for images without spacing

    // Device pixels a mm of the screen; 0: it was not measured, and TrueSize is SameSize.
    void setTrueScale(double pixelsPerMm);
    double trueScale() const { return m_trueScale; }
    ZoomMode modeOf(const Pane& pane) const { return pane.own.value_or(m_zoomMode); }
    // Of the active image if it is unlinked, else of all that are linked.
    void setZoomMode(ZoomMode mode);
    ZoomMode zoomMode() const;
    // Unlinked, an image keeps its zoom, pan and window to itself; linked again it joins the others' zoom.
    void setLinked(const PaneId& id, bool linked);
    bool isLinked(const PaneId& id) const; // and true of what is not there
    // The place under `screen` stays; of images beside each other that are linked, the chest walls stay at their edges
    // as long as they are there.
    void zoom(double factor, const PaneId& id, Point screen);
    void pan(double dx, double dy, const PaneId& id); // device pixels
    void setPose(const PaneId& id, const ViewPose& pose);
    // A systematic look at the breast in overlapping fields, as large as the cells: from the chest wall to the nipple,
    // row by row and there and back, the same way in all linked images. Where all of it is in sight, it is enlarged
    // first, to quadrants, or to halves where the cells are long. by: 1 or -1; past the last comes the first.
    void stepField(int by);
    struct Field
    {
        int columns = 1, rows = 1, column = 0, row = 0; // columns from the chest wall, rows from above
        int number() const { return row * columns + (row % 2 == 0 ? column : columns - 1 - column); } // from 0
        bool operator==(const Field&) const = default;
    };
    std::optional<Field> field(const PaneId& id) const; // that is shown; empty: the reader is elsewhere
    void reset();                                       // zoom, pan, windows, inversion and turns as the study opened

    void setChoice(const PaneId& id, int choice);
    void setWindow(const PaneId& id, const Window& window);
    bool hasOwnWindow(const Pane& pane) const; // not that of its choice any more
    // The choice for all of its group: where a file names it so too, else at the same place of an equally long list.
    void chooseAlike(const PaneId& id, int choice);
    // brighter: shares of the width; contrast: factor on the width. All images alike if linked.
    void adjustWindow(const PaneId& id, double brighter, double widthFactor);
    std::vector<PaneId> windowGroup(const PaneId& id) const;

    Linking linking;
    bool inverted = false;

private:
    void hang();
    void lookForActive();
    void applyZoomMode();
    const Pane* anyLinked(const PaneId& butNot) const; // that hangs, if one does; nullptr: none
    ZoomMode& modeOf(Pane& pane) { return pane.own ? *pane.own : m_zoomMode; }
    void clampPose(const PaneId& id);
    HungCell cellOf(const PaneId& id, const Pane& pane) const; // of one that is not on screen: without a place
    void eachLinked(const PaneId& id, const std::function<void(const PaneId&, Pane&)>& f);

    std::map<PaneId, Pane> m_panes;
    StandardViews m_standard;
    Hanging m_given; // by hang(cells)
    Hanging m_cells; // those that can be stepped through
    Hanging m_hung;  // those on screen: m_cells, or the active one of them
    std::size_t m_active = 0;
    HungCell m_activeCell; // as it was when it became active
    PixelRect m_area;
    ViewLayout m_layout = ViewLayout::Grid, m_beforeSingle = ViewLayout::Grid;
    ZoomMode m_zoomMode = ZoomMode::SameSize;
    double m_nominal = 1, m_trueScale = 0;
    struct Fields // the walk through them
    {
        std::optional<PaneId> of; // the image that was active
        Field at;
        PixelRect area; // of that cell
        ViewPose pose;  // as it was put there
    } m_fields;
};

} // namespace mama::viewer

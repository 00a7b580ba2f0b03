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
    std::optional<bool> mirror;
    Shade shade;
    ViewPose pose;
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
    void setMirror(const PaneId& id, std::optional<bool> mirror);
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

    // Millimetres: depth from the chest wall, height below the image's middle as hung.
    Point toDepth(const PaneId& id, Point screen) const;
    Point fromDepth(const PaneId& id, Point depth) const;
    double mmPerPixel() const { return m_nominal; } // what stands in for images without spacing

    void setZoomMode(ZoomMode mode);
    ZoomMode zoomMode() const { return m_zoomMode; }
    void zoom(double factor, const PaneId& id, Point screen); // the place under `screen` stays
    void pan(double dx, double dy, const PaneId& id);         // device pixels
    void setPose(const PaneId& id, const ViewPose& pose);
    void reset(); // zoom, pan, windows, inversion and mirroring as the study opened

    void setChoice(const PaneId& id, int choice);
    void setWindow(const PaneId& id, const Window& window);
    // brighter: shares of the width; contrast: factor on the width. All images alike if linked.
    void adjustWindow(const PaneId& id, double brighter, double widthFactor);
    std::vector<PaneId> windowGroup(const PaneId& id) const;

    Linking linking;
    bool inverted = false;

private:
    void hang();
    void lookForActive();
    void applyZoomMode();
    void clampPose(const PaneId& id);
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
    double m_nominal = 1;
};

} // namespace mama::viewer

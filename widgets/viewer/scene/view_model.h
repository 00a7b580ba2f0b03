#pragma once
#include "widgets/viewer/scene/hanging.h"
#include "widgets/viewer/scene/scene.h"

#include <array>
#include <functional>
#include <optional>

// What the four-up view shows and how: layout, zoom, pan and windows. Plain arithmetic that tests drive without a
// window.
namespace mama::viewer {

struct ViewCell
{
    std::shared_ptr<const ViewImage> image;
    std::shared_ptr<const MapOverlay> overlay;
    std::optional<bool> mirror;
    Shade shade;
    ViewPose pose;
};

class ViewModel
{
public:
    ViewCell& cell(Slot slot) { return m_cells[static_cast<std::size_t>(slot)]; }
    const ViewCell& cell(Slot slot) const { return m_cells[static_cast<std::size_t>(slot)]; }

    void setArea(PixelRect area);
    void setImage(Slot slot, std::shared_ptr<const ViewImage> image);
    void setMirror(Slot slot, std::optional<bool> mirror);
    void setLayout(ViewLayout layout);
    void setMloFirst(bool first);
    void setZoomMode(ZoomMode mode);
    void reset(); // zoom, pan, windows, inversion and mirroring as the study opened

    ViewLayout layout() const { return m_layout; }
    ZoomMode zoomMode() const { return m_zoomMode; }
    const std::vector<HungCell>& hung() const { return m_hung; }
    const HungCell* hungCell(Slot slot) const;
    std::optional<Slot> slotAt(Point screen) const; // device pixels
    std::optional<ViewTransform> transform(Slot slot) const;

    // Millimetres: depth from the chest wall, height below the image's middle as hung.
    Point toDepth(Slot slot, Point screen) const;
    Point fromDepth(Slot slot, Point depth) const;
    double mmPerPixel() const { return m_nominal; } // what stands in for images without spacing

    void zoom(double factor, Slot slot, Point screen); // the place under `screen` stays
    void pan(double dx, double dy, Slot slot);         // device pixels
    void setPose(Slot slot, const ViewPose& pose);

    Window defaultWindow(Slot slot, int choice) const;
    void setChoice(Slot slot, int choice);
    void setWindow(Slot slot, const Window& window);
    // brighter: shares of the width; contrast: factor on the width. All views alike if linked.
    void adjustWindow(Slot slot, double brighter, double widthFactor);
    std::vector<Slot> windowGroup(Slot slot) const;

    bool posesLinked = true, windowsLinked = true, inverted = false;
    Slot active = Slot::RCC;

private:
    void hang();
    void applyZoomMode();
    void clampPose(Slot slot);
    void eachLinked(Slot slot, const std::function<void(Slot)>& f);

    std::array<ViewCell, slotCount> m_cells;
    std::vector<HungCell> m_hung;
    PixelRect m_area;
    ViewLayout m_layout = ViewLayout::Grid;
    bool m_mloFirst = false;
    ZoomMode m_zoomMode = ZoomMode::SameSize;
    double m_nominal = 1;
};

} // namespace mama::viewer

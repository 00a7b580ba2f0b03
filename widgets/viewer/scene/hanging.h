#pragma once
#include "core/image/geometry.h"
#include "widgets/viewer/scene/view_image.h"

#include <array>
#include <optional>
#include <vector>

// Where each view hangs and how screen and stored pixels map: plain arithmetic, no Qt, no VTK.
namespace mama::viewer {

inline constexpr int slotCount = 4; // RCC, LCC, RMLO, LMLO: Slot's first four values are the indices

enum class ViewLayout { Grid, Row, CcPair, MloPair, RightBreast, LeftBreast, Single };
const char* name(ViewLayout layout); // "grid", "row", "cc-pair", ...

// Same size: one millimetre scale for all hung views, the largest at which each breast fits its cell. Fit: each alone.
// Pixels: one stored pixel on one screen pixel. Free: after the reader zoomed.
enum class ZoomMode { SameSize, Fit, Pixels, Free };

// Device pixels, origin at the upper left corner of the view.
struct PixelRect
{
    int x = 0, y = 0, width = 0, height = 0;
    bool contains(double px, double py) const { return px >= x && py >= y && px < x + width && py < y + height; }
    bool operator==(const PixelRect&) const = default;
};

// Right breasts on the screen's left: their chest wall is the cell's right edge.
bool isRight(Slot slot);

struct HungCell
{
    Slot slot = Slot::RCC;
    PixelRect area;
    std::optional<bool> mirror; // display mirroring by the reader's wish; empty: as the study says
};
// The cells of a layout, left to right, top to bottom; `single` is the slot that Single shows. Cells of a pair touch.
std::vector<HungCell> cells(ViewLayout layout, bool mloFirst, Slot single, PixelRect whole);

// Zoom and pan of one view, in millimetres of the breast, anchored at the chest wall.
struct ViewPose
{
    double pixelsPerMm = 1; // device pixels
    double depth = 0;       // mm from the chest wall at the cell's chest-wall edge; positive: panned towards the nipple
    double height = 0; // mm from the image's middle at the cell's middle; positive: further down the screen's image
    bool operator==(const ViewPose&) const = default;
};

// Screen <-> stored pixels of one image in one cell: x' = origin + scale * x, per axis; scales are negative when
// flipped.
struct ViewTransform
{
    double originX = 0, originY = 0; // device pixels of stored (0, 0)
    double scaleX = 1, scaleY = 1;   // device pixels a stored pixel
    Point toScreen(Point stored) const { return {originX + scaleX * stored.x, originY + scaleY * stored.y}; }
    Point toStored(Point screen) const { return {(screen.x - originX) / scaleX, (screen.y - originY) / scaleY}; }
};

// nominal: mm a pixel that stands in for an image without spacing.
Spacing spacingOf(const ViewImage& image, double nominal);
// Stored x of the line that is put on the shared edge: the outer edge of the first breast column on the chest-wall
// side, or the canvas edge if the chest wall was not found there.
double wallX(const ViewImage& image, const HungCell& cell);
ViewTransform transformOf(const ViewImage& image, const HungCell& cell, const ViewPose& pose, double nominal);
// Device pixels a mm at which the image's whole height, and the breast from the chest wall to the skin, fit the cell.
double fitScale(const ViewImage& image, const HungCell& cell, double nominal);

} // namespace mama::viewer

#pragma once
#include "core/image/geometry.h"
#include "widgets/viewer/scene/hanging.h"
#include "widgets/viewer/scene/view_image.h"

// How screen and stored pixels map, and which way an image is mirrored: plain arithmetic, no Qt, no VTK.
namespace mama::viewer {

// Same size: one millimetre scale for all hung images, the largest at which each breast fits its cell. Fit: each alone.
// Pixels: one stored pixel on one screen pixel. Free: after the reader zoomed.
enum class ZoomMode { SameSize, Fit, Pixels, Free };

// Zoom and pan of one image, in millimetres of the breast, anchored at the chest wall.
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

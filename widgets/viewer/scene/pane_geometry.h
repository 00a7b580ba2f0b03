#pragma once
#include "core/image/geometry.h"
#include "widgets/viewer/scene/hanging.h"
#include "widgets/viewer/scene/view_image.h"

// How screen and stored pixels map, and which way an image is mirrored: plain arithmetic, no Qt, no VTK.
namespace mama::viewer {

// Same size: one millimetre scale for all hung images, the largest at which each breast fits its cell. Fit: each alone.
// Pixels: one stored pixel on one screen pixel. TrueSize: a millimetre of breast on a millimetre of the screen. Free:
// after the reader zoomed.
enum class ZoomMode { SameSize, Fit, Pixels, TrueSize, Free };

// Zoom and pan of one image, in millimetres of the breast, anchored at the chest wall.
struct ViewPose
{
    double pixelsPerMm = 1; // device pixels
    double depth = 0;       // mm from the chest wall at the cell's chest-wall edge; positive: panned towards the nipple
    double height = 0; // mm from the image's middle at the cell's middle; positive: further down the screen's image
    bool operator==(const ViewPose&) const = default;
};

// Screen <-> stored pixels of one image in one cell: along each axis of the screen origin + scale * stored; scales are
// negative when flipped. Upright, the screen's x runs along the stored rows; lying, along the stored columns.
struct ViewTransform
{
    double originX = 0, originY = 0; // device pixels of stored (0, 0)
    double scaleX = 1, scaleY = 1;   // device pixels a stored pixel, along the screen's axes
    bool lying = false;
    Point toScreen(Point stored) const
    {
        return {originX + scaleX * (lying ? stored.y : stored.x), originY + scaleY * (lying ? stored.x : stored.y)};
    }
    Point toStored(Point screen) const
    {
        const double alongX = (screen.x - originX) / scaleX, alongY = (screen.y - originY) / scaleY;
        return lying ? Point{alongY, alongX} : Point{alongX, alongY};
    }
    // Enlarged around a place of the screen.
    ViewTransform enlarged(double factor, Point screen) const
    {
        return {screen.x - factor * (screen.x - originX), screen.y - factor * (screen.y - originY), scaleX * factor,
                scaleY * factor, lying};
    }
};

// nominal: mm a pixel that stands in for an image without spacing.
Spacing spacingOf(const ViewImage& image, double nominal);
// Stored x of the chest wall as the image hangs, whichever way it is turned: the outer edge of the first breast column
// on the chest-wall side, or the canvas edge if the chest wall was not found there. An image that is not turned has it
// on the cell's edge.
double wallX(const ViewImage& image, const HungCell& cell);
// Millimetres from the chest wall and below the image's middle, as it hangs, whichever way it is turned; and back.
Point depthAt(const ViewImage& image, const HungCell& cell, Point stored, double nominal);
Point storedAt(const ViewImage& image, const HungCell& cell, Point depth, double nominal);
// Millimetres from the cell's chest-wall edge and below the cell's middle, as shown, at a pose of no depth and height.
// The same as depthAt for an image that is not turned.
Point shownAt(const ViewImage& image, const HungCell& cell, Point stored, double nominal);
ViewTransform transformOf(const ViewImage& image, const HungCell& cell, const ViewPose& pose, double nominal);
// Device pixels a mm at which the image's whole height, and the breast from the chest wall to the skin, fit the cell.
double fitScale(const ViewImage& image, const HungCell& cell, double nominal);

} // namespace mama::viewer

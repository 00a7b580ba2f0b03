#pragma once
#include "core/phantom/lesion.h"

namespace mama::phantom {

// Where a view's millimetres lie in the image.
struct Frame
{
    int rows = 0, columns = 0;
    double mm = 0.1;       // of a pixel
    double middleRow = 0;  // of the nipple's level
    double axillaMm = 0;   // above the nipple's level: where the oblique view's outline and muscle count from
    double hiddenMm = 0;   // of the breast at the chest wall that does not lie on the detector; below 0: a gap
    bool mirrored = false; // chest wall at the right edge

    double column(double x) const
    {
        return mirrored ? columns - (x - hiddenMm) / mm : (x - hiddenMm) / mm;
    } // continuous: 0.5 is the first pixel's centre
    double row(double y) const { return middleRow + y / mm; }
    PlanePoint plane(int r, int c) const
    {
        return {(mirrored ? columns - c - 0.5 : c + 0.5) * mm + hiddenMm, (r + 0.5 - middleRow) * mm};
    }
};

struct Slot
{
    Side side = Side::Left;
    View view = View::CC;
    std::uint64_t seed = 0;
};

// One breast in one view.
struct Scene
{
    const Breast& breast;
    const Slot& slot;
    const Frame& frame;
};

Frame frameOf(const Breast& breast, const Slot& slot, int rows, int columns);

// Tissue without lesions, as shares of the display range: about 0 outside the breast.
Raster<float> renderTissue(const Breast& breast, const Slot& slot, const Frame& frame);

// The lead marker beside the breast, on the axillary side: R or L and the view, at the end of the detector's range.
void addMarker(Raster<float>& image, const Slot& slot, const Frame& frame);

// What a lesion adds, and the mask (0 or 255) of its visible footprint.
struct LesionLayer
{
    Raster<float> added; // [rows, columns] of the box
    Raster<std::uint8_t> mask;
    int top = 0, left = 0;
};
LesionLayer renderLesion(const Lesion& lesion, const Breast& breast, const Slot& slot, const Frame& frame);

// Adds a line of Gaussian profile, points in pixels.
struct Line
{
    PlanePoint from, to;
    double sigma = 1, strength = 1;
};
void addLine(Raster<float>& image, const Line& line);

} // namespace mama::phantom

#pragma once
#include "core/image/geometry.h"
#include "core/image/stored_image.h"
#include "widgets/viewer/scene/colour_map.h"

#include <optional>
#include <string>

namespace mama::viewer {

// One image's alignment map as the engine gave it: raw cosines on the patch grid and where they lie.
struct MapOverlay
{
    Raster<float> values;        // [grid rows, grid columns]; NaN: the model did not see this patch
    Geometry geometry;           // of the picture that the model saw
    Raster<std::uint8_t> breast; // 1 inside the breast, [stored rows / 8 up, columns / 8 up]; empty: the image's own

    // The raw value of the patch under a stored point; empty outside the model's input and for NaN.
    std::optional<float> valueAt(Point stored) const;
};

// How all maps of one query are drawn; one scale for all views.
struct OverlayStyle
{
    bool visible = true;
    double opacity = 0.45;       // 0..1
    bool opacityByValue = false; // opacity grows with the value over the range; the legend says so
    double low = -1, high = 1;   // ends of the colour scale; low > high turns it round; equal: one colour
    double threshold = -1;       // values below are not drawn
    bool cells = false;          // true: patches as cells; false: bilinear between patch centres
    bool isolines = false;
    double isolineStep = 0.25;
    bool hideAir = true; // mask what lies outside the breast
    bool hatchUnseen = true;
    ColourMap map = ColourMap::Even;
    bool operator==(const OverlayStyle&) const = default;
};

// What the legend says about the maps on screen.
struct OverlayLegend
{
    std::string sentence;
    std::string model;   // name and hash
    std::string profile; // name and version
    std::string patch;   // "2.8 x 5.7 mm", or "" for the active image's own, computed by the view
    bool meanSubtracted = false;
    std::string note;    // for example "trained on phantoms"
    std::string warning; // of the sentence's result
};

} // namespace mama::viewer

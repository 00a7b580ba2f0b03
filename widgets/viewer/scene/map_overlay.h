#pragma once
#include "core/image/geometry.h"
#include "core/image/stored_image.h"
#include "widgets/viewer/scene/colour_map.h"

#include <optional>
#include <string>
#include <vector>

namespace mama::viewer {

class ViewImage;

// One image's alignment map as the engine gave it: raw cosines on the patch grid, or differences of two, and where they
// lie.
struct MapOverlay
{
    Raster<float> values;        // [grid rows, grid columns]; NaN: the model did not see this patch
    Geometry geometry;           // of the picture that the model saw
    Raster<std::uint8_t> breast; // 1 inside the breast, [stored rows / 8 up, columns / 8 up]; empty: the image's own
    bool difference = false;     // of cosines: -2 to 2

    // The highest value among patches whose middle lies in the breast, and where, stored pixels; empty: none.
    struct Peak
    {
        double value = 0;
        Point at;
    };
    std::optional<Peak> peak(const ViewImage& image) const;
    // The raw value of the patch under a stored point; empty outside the model's input and for NaN.
    std::optional<float> valueAt(Point stored) const;
};

// Where the ends of the colour scale come from: the quantiles of this sentence in the model's reference set, the full
// scale of a cosine, the maps on screen, or the reader.
enum class RangeBasis { Reference, Full, Study, Own };

// How all maps of one query are drawn; one scale for all views.
struct OverlayStyle
{
    bool visible = true;
    double opacity = 0.5;       // 0..1; by default a picture keeps half of its contrast at the top of the scale
    bool opacityByValue = true; // opacity grows with the square of the place on the scale: tissue below stays readable
    RangeBasis basis = RangeBasis::Reference;
    double low = -1, high = 1; // ends of the colour scale; low > high turns it round; equal: one colour
    double threshold = -2;     // values below are not drawn; -2: all are
    bool outline = false;      // lines at outlineLevels() alone, no tint: tissue stays as it is
    bool cells = false;        // true: patches as cells; false: bilinear between patch centres
    bool isolines = false;
    double isolineStep = 0.25;
    bool hideAir = true;     // mask what lies outside the breast
    bool hatchUnseen = true; // breast that the model did not see; elsewhere its crop is outlined
    ColourMap map = ColourMap::Even;
    bool operator==(const OverlayStyle&) const = default;
};

// Where outlines run: the threshold if it lies on the scale, the scale's middle and upper end as far as they are above.
std::vector<double> outlineLevels(const OverlayStyle& style);

// What the legend says about the maps on screen.
struct OverlayLegend
{
    std::string sentence;
    std::string model;         // name and hash
    std::string profile;       // name and version
    std::string range;         // where the scale's ends come from: "50th to 99th percentile of demo, 500 studies"
    std::string minus;         // "less the mean map of demo, 500 studies"; empty: nothing is taken off
    std::string minusSentence; // the other sentence that is taken off
    std::string way;           // "cell: each cell projected": of maps that no local head draws
    std::string note;          // for example "trained on phantoms"
    std::string warning;       // of the sentence's result
};

} // namespace mama::viewer

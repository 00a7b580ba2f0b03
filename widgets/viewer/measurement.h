#pragma once
#include "core/image/geometry.h"
#include "widgets/viewer/scene/pane_id.h"

#include <QColor>
#include <QString>
#include <optional>

class QImage;

namespace mama {
struct SpacingFact;
}

namespace mama::viewer {

inline constexpr QColor measurementColour(255, 221, 87); // bright, seen on air and on dense tissue

struct PixelRect;
struct ViewTransform;

// A distance that the reader drew on an image, in stored pixels: it stays where it is under zoom, pan and mirroring.
struct Measurement
{
    PaneId pane;
    Point from, to;
};

// Millimetres by the image's own spacing, which may differ along rows and columns; empty without spacing.
std::optional<double> lengthMm(const Measurement& measurement, const SpacingFact& spacing);
// "23.4 mm · at detector, not corrected", or the pixels where the file has no mm.
QString toText(const Measurement& measurement, const SpacingFact& spacing);

// The line with its end marks, cut at the cell. `place` is where the picture lies, device pixels; empty if all of it is
// outside. unit: device pixels a logical pixel.
QImage drawMeasurement(const Measurement& measurement, const ViewTransform& transform, const PixelRect& cell,
                       double unit, PixelRect& place);

} // namespace mama::viewer

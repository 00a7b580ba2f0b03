#pragma once
#include "core/image/measure/shape.h"
#include "widgets/viewer/scene/pane_geometry.h"
#include "widgets/viewer/scene/pixel_rect.h"

#include <QImage>

namespace mama::viewer {

// How a shape is drawn: device pixels, `unit` of them a logical pixel.
struct NoteLook
{
    bool selected = false, hovered = false, unsaved = false;
    bool open = false; // half drawn: its line is not closed yet
    double unit = 1;
};

// Where its line and handles lie on the screen, with a rim for strokes.
PixelRect noteArea(const Shape& shape, const ViewTransform& transform, double unit);
// What labels keep off: the shape, and of a ruler what lies around its middle, since it is drawn through what it
// measures.
PixelRect lesionArea(const Shape& shape, const ViewTransform& transform, double unit);
// What of it lies in `part` of the screen: bright lines on a dark rim, transparent else.
QImage drawNote(const Shape& shape, const NoteLook& look, const ViewTransform& transform, const PixelRect& part);
QImage drawLeader(QPointF from, QPointF to, QColor colour, double unit, const PixelRect& part);

} // namespace mama::viewer

#include "widgets/viewer/note_painting.h"

#include "widgets/viewer/note.h"

#include <QPainter>
#include <QPainterPath>
#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>

namespace mama::viewer {
namespace {

constexpr double mark = 6, handle = 3.5, pin = 4.5; // logical pixels: end marks, half a handle, a note's dot

QPointF on(const ViewTransform& transform, Point stored)
{
    const Point at = transform.toScreen(stored);
    return {at.x, at.y};
}

QRectF boundsOf(const Shape& shape, const ViewTransform& transform)
{
    QRectF bounds;
    bool first = true;
    for (const Point& each : outlineOf(shape).places) {
        const QPointF at = on(transform, each);
        bounds = first ? QRectF(at, QSizeF(0, 0))
                       : QRectF(QPointF(std::min(bounds.left(), at.x()), std::min(bounds.top(), at.y())),
                                QPointF(std::max(bounds.right(), at.x()), std::max(bounds.bottom(), at.y())));
        first = false;
    }
    return bounds;
}

PixelRect whole(const QRectF& area)
{
    constexpr double most = 1e8;
    const auto edge = [&](double at) { return static_cast<int>(std::clamp(at, -most, most)); };
    const int x0 = edge(std::floor(area.left())), y0 = edge(std::floor(area.top())), x1 = edge(std::ceil(area.right())),
              y1 = edge(std::ceil(area.bottom()));
    return {x0, y0, x1 - x0, y1 - y0};
}

void addTick(QPainterPath& path, QPointF at, QPointF along, double length)
{
    const double size = std::hypot(along.x(), along.y());
    const QPointF across = size > 0 ? QPointF(-along.y(), along.x()) * (length / size) : QPointF(0, length);
    path.moveTo(at - across);
    path.lineTo(at + across);
}

// Between the arms, the short way round.
void addArc(QPainterPath& path, QPointF a, QPointF vertex, QPointF b, double radius)
{
    const double room = std::min(std::hypot(a.x() - vertex.x(), a.y() - vertex.y()),
                                 std::hypot(b.x() - vertex.x(), b.y() - vertex.y()));
    radius = std::min(radius, room * 0.7);
    if (radius < 2)
        return;
    const double from = std::atan2(a.y() - vertex.y(), a.x() - vertex.x());
    double by = std::atan2(b.y() - vertex.y(), b.x() - vertex.x()) - from;
    by = std::remainder(by, 2 * std::numbers::pi);
    constexpr int parts = 24;
    for (int i = 0; i <= parts; ++i) {
        const double at = from + by * i / parts;
        const QPointF place = vertex + radius * QPointF(std::cos(at), std::sin(at));
        i == 0 ? path.moveTo(place) : path.lineTo(place);
    }
}

QPainterPath lineOf(const Shape& shape, bool open, const ViewTransform& transform, double unit)
{
    QPainterPath path;
    const Outline outline = outlineOf(shape);
    std::vector<QPointF> places;
    for (const Point& each : outline.places)
        places.push_back(on(transform, each));
    if (places.size() == 1) {
        if (shape.kind == ShapeKind::Point) {
            for (const QPointF across : {QPointF(mark * unit, 0), QPointF(0, mark * unit)}) {
                path.moveTo(places[0] - across);
                path.lineTo(places[0] + across);
            }
        } else {
            path.addEllipse(places[0], pin * unit, pin * unit);
        }
        return path;
    }
    for (std::size_t i = 0; i < places.size(); ++i)
        i == 0 ? path.moveTo(places[i]) : path.lineTo(places[i]);
    if (outline.closed && !open)
        path.closeSubpath();
    if (shape.kind == ShapeKind::Ruler && places.size() == 2) {
        addTick(path, places[0], places[1] - places[0], mark * unit);
        addTick(path, places[1], places[1] - places[0], mark * unit);
    }
    if (shape.kind == ShapeKind::Angle && places.size() == 3)
        addArc(path, places[0], places[1], places[2], 22 * unit);
    return path;
}

} // namespace

PixelRect noteArea(const Shape& shape, const ViewTransform& transform, double unit)
{
    const double rim = (mark + 5) * unit;
    return whole(boundsOf(shape, transform).adjusted(-rim, -rim, rim, rim));
}

PixelRect lesionArea(const Shape& shape, const ViewTransform& transform, double unit)
{
    QRectF bounds = boundsOf(shape, transform);
    if (shape.kind == ShapeKind::Ruler) {
        const double radius = std::max(bounds.width(), bounds.height()) / 2; // its ends lie on the edge
        bounds = QRectF(bounds.center() - QPointF(radius, radius), QSizeF(2 * radius, 2 * radius));
    }
    const double rim = (shape.kind == ShapeKind::Note || shape.kind == ShapeKind::Point ? 14 : 2) * unit;
    return whole(bounds.adjusted(-rim, -rim, rim, rim));
}

QImage drawNote(const Shape& shape, const NoteLook& look, const ViewTransform& transform, const PixelRect& part)
{
    QImage image(part.width, part.height, QImage::Format_RGBA8888_Premultiplied);
    image.fill(Qt::transparent);
    QPainter painter(&image);
    painter.setRenderHint(QPainter::Antialiasing);
    painter.translate(-part.x, -part.y);
    const double unit = look.unit, thick = look.selected || look.hovered ? 2.2 : 1.5;
    const QPainterPath line = lineOf(shape, look.open, transform, unit);
    const QColor colour = colourOf(shape.kind);
    painter.setBrush(Qt::NoBrush);
    painter.setPen(QPen(QColor(0, 0, 0, 190), (thick + 2.2) * unit, Qt::SolidLine, Qt::FlatCap, Qt::RoundJoin));
    painter.drawPath(line);
    QPen pen(colour, thick * unit, Qt::SolidLine, Qt::FlatCap, Qt::RoundJoin);
    if (look.unsaved)
        pen.setDashPattern({4, 3});
    painter.setPen(pen);
    painter.drawPath(line);
    if (shape.kind == ShapeKind::Note)
        painter.fillPath(line, QColor(colour.red(), colour.green(), colour.blue(), 90));
    if (!(look.selected || look.hovered) || look.open)
        return image;
    painter.setPen(QPen(QColor(0, 0, 0, 220), unit));
    painter.setBrush(look.selected ? QColor(Qt::white) : colour);
    const std::vector<Point> handles = handlesOf(shape);
    if (handles.size() <= 64 || look.selected)
        for (const Point& each : handles) {
            const QPointF at = on(transform, each);
            const double half = (handles.size() > 64 ? handle / 2 : handle) * unit;
            if (at.x() > part.x - 20 && at.y() > part.y - 20 && at.x() < part.x + part.width + 20 &&
                at.y() < part.y + part.height + 20)
                painter.drawRect(QRectF(at - QPointF(half, half), QSizeF(2 * half, 2 * half)));
        }
    return image;
}

QImage drawLeader(QPointF from, QPointF to, QColor colour, double unit, const PixelRect& part)
{
    QImage image(part.width, part.height, QImage::Format_RGBA8888_Premultiplied);
    image.fill(Qt::transparent);
    QPainter painter(&image);
    painter.setRenderHint(QPainter::Antialiasing);
    painter.translate(-part.x, -part.y);
    for (const auto& [pen, width] : {std::pair{QColor(0, 0, 0, 150), 2.6}, {colour, 1.0}}) {
        painter.setPen(QPen(pen, width * unit));
        painter.drawLine(from, to);
    }
    return image;
}

} // namespace mama::viewer

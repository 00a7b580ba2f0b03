#include "widgets/viewer/measurement.h"

#include "core/study/study.h"
#include "widgets/look/shown_text.h"
#include "widgets/viewer/scene/pane_geometry.h"

#include <QCoreApplication>
#include <QImage>
#include <QLocale>
#include <QPainter>
#include <cmath>

namespace mama::viewer {

std::optional<double> lengthMm(const Measurement& measurement, const SpacingFact& spacing)
{
    if (!spacing.mm)
        return {};
    return std::hypot((measurement.to.x - measurement.from.x) * spacing.mm->column,
                      (measurement.to.y - measurement.from.y) * spacing.mm->row);
}

QString toText(const Measurement& measurement, const SpacingFact& spacing)
{
    if (const auto mm = lengthMm(measurement, spacing))
        return QCoreApplication::translate("PaneView", "%1 mm · %2")
            .arg(QLocale().toString(*mm, 'f', 1), shownText(spacing.basis));
    const double pixels = std::hypot(measurement.to.x - measurement.from.x, measurement.to.y - measurement.from.y);
    return QCoreApplication::translate("PaneView", "%1 pixels · no mm scale in this file")
        .arg(QLocale().toString(pixels, 'f', 0));
}

QImage drawMeasurement(const Measurement& measurement, const ViewTransform& transform, const PixelRect& cell,
                       double unit, PixelRect& place)
{
    const Point a = transform.toScreen(measurement.from), b = transform.toScreen(measurement.to);
    const QPointF from(a.x, a.y), to(b.x, b.y);
    const double mark = 6 * unit, rim = mark + 4 * unit;
    const QRect area = QRectF(from, to).normalized().adjusted(-rim, -rim, rim, rim).toAlignedRect() &
                       QRect(cell.x, cell.y, cell.width, cell.height);
    if (area.isEmpty())
        return {};
    place = {area.x(), area.y(), area.width(), area.height()};
    QImage image(area.size(), QImage::Format_RGBA8888_Premultiplied);
    image.fill(Qt::transparent);
    QPainter painter(&image);
    painter.setRenderHint(QPainter::Antialiasing);
    painter.translate(-area.topLeft());
    const QPointF along = to - from;
    const double length = std::hypot(along.x(), along.y());
    const QPointF across = length > 0 ? QPointF(-along.y(), along.x()) * (mark / length) : QPointF(0, mark);
    // Bright on a dark rim: it is seen on air and on dense tissue.
    for (const auto& [colour, width] : {std::pair{QColor(0, 0, 0, 170), 3.5}, {measurementColour, 1.5}}) {
        painter.setPen(QPen(colour, width * unit, Qt::SolidLine, Qt::FlatCap));
        painter.drawLine(from, to);
        painter.drawLine(from - across, from + across);
        painter.drawLine(to - across, to + across);
    }
    return image;
}

} // namespace mama::viewer

#include "widgets/charts/run_look.h"

#include "widgets/look/tone.h"

#include <QPainter>
#include <QTransform>
#include <algorithm>
#include <array>
#include <cmath>

namespace mama {
namespace {

// Chosen one after the other, each furthest in CIELAB from those before, by the lowest of the distances seen by normal,
// protan, deutan and tritan eyes (Machado 2009), on both grounds; a number has the same hue on both.
constexpr std::array<QRgb, distinctRunColours> onDark = {
    0xff3a9bee, 0xfff09d62, 0xffa1f8e7, 0xffae6870, 0xffdeefb6, 0xffd0c5fd, 0xffd45227, 0xffbf5893,
    0xff9a67b9, 0xffe6746c, 0xffe89ca4, 0xffd3a1cc, 0xff756ce5, 0xffcc79c3, 0xffe0ca94, 0xffe56f98};
constexpr std::array<QRgb, distinctRunColours> onLight = {
    0xff1d4e7a, 0xffc36100, 0xff308a7b, 0xff5d202a, 0xff72824f, 0xff7c71c6, 0xff681600, 0xff6b0049,
    0xff510a80, 0xffc0212d, 0xff934f58, 0xffb05fa8, 0xff383cad, 0xffa62e9e, 0xff726231, 0xff8e1b4d};

double luminance(const QColor& colour) // WCAG 2
{
    const auto linear = [](double c) { return c <= 0.03928 ? c / 12.92 : std::pow((c + 0.055) / 1.055, 2.4); };
    return 0.2126 * linear(colour.redF()) + 0.7152 * linear(colour.greenF()) + 0.0722 * linear(colour.blueF());
}

// Beyond the table: hues by the golden angle, as light as the ground allows.
QColor further(int number, bool dark)
{
    const double hue = std::fmod(0.618034 * number, 1.0), saturation = 0.55 + 0.15 * (number % 3);
    QColor colour;
    for (int step = 0; step < 40; ++step) {
        const double lightness = dark ? 0.45 + 0.012 * step : 0.5 - 0.012 * step;
        colour =
            QColor::fromHslF(static_cast<float>(hue), static_cast<float>(saturation), static_cast<float>(lightness));
        const double light = luminance(colour);
        if (dark ? (light + 0.05) / 0.06 >= 3.2 : 1.05 / (light + 0.05) >= 3.2)
            break;
    }
    return colour;
}

QPolygonF corners(std::initializer_list<QPointF> points) { return QPolygonF(QList<QPointF>(points)); }

} // namespace

QColor runColour(int number, const QPalette& palette)
{
    const bool dark = isDark(palette, QPalette::Base);
    const int place = std::max(0, number);
    if (place < distinctRunColours)
        return QColor((dark ? onDark : onLight)[static_cast<std::size_t>(place)]);
    return further(place, dark);
}

QPainterPath runSign(int number, double width)
{
    QPainterPath path;
    switch (std::max(0, number) % 6) {
    case 0: path.addEllipse(QPointF(0, 0), 0.5, 0.5); break;
    case 1: path.addRect(-0.45, -0.45, 0.9, 0.9); break;
    case 2: path.addPolygon(corners({{-0.5, 0.45}, {0.5, 0.45}, {0, -0.5}})); break;
    case 3: path.addPolygon(corners({{-0.55, 0}, {0, 0.55}, {0.55, 0}, {0, -0.55}})); break;
    case 4: path.addPolygon(corners({{-0.5, -0.45}, {0.5, -0.45}, {0, 0.5}})); break;
    default: path.addRect(-0.55, -0.25, 1.1, 0.5); break;
    }
    path.closeSubpath();
    return QTransform::fromScale(width, width).map(path);
}

QPixmap runSwatch(int number, const QPalette& palette, qreal ratio)
{
    constexpr int size = 14;
    QPixmap swatch(QSize(size, size) * ratio);
    swatch.setDevicePixelRatio(ratio);
    swatch.fill(Qt::transparent);
    QPainter painter(&swatch);
    painter.setRenderHint(QPainter::Antialiasing);
    painter.translate(size / 2.0, size / 2.0);
    painter.scale(11, 11);
    QPen edge(palette.color(QPalette::Base), 1); // shows on a chosen row too
    edge.setCosmetic(true);
    painter.setPen(edge);
    painter.setBrush(runColour(number, palette));
    painter.drawPath(runSign(number));
    return swatch;
}

} // namespace mama

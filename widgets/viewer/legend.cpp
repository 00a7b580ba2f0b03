#include "widgets/viewer/legend.h"

#include "core/study/study.h"

#include <QCoreApplication>
#include <QFontMetricsF>
#include <QLocale>
#include <QPainter>
#include <algorithm>
#include <cmath>

namespace mama::viewer {
namespace {

QString tr(const char* text) { return QCoreApplication::translate("PaneView", text); }

QString number(double value) { return QLocale::c().toString(value, 'g', 3).replace(QLatin1Char('-'), QChar(0x2212)); }

void paintHatch(QPainter& painter, const QRectF& box, double unit)
{
    painter.save();
    painter.setClipRect(box);
    painter.setPen(QPen(QColor(150, 158, 170), 1.2 * unit));
    for (double x = box.left() - box.height(); x < box.right(); x += 6 * unit)
        painter.drawLine(QPointF(x, box.top()), QPointF(x + box.height(), box.bottom()));
    painter.setClipping(false);
    painter.setBrush(Qt::NoBrush);
    painter.setPen(QPen(QColor(110, 116, 126), unit));
    painter.drawRect(box);
    painter.restore();
}

// The colour bar with its ends, its middle and the threshold; parts that are not drawn on the maps stay dark.
void paintScale(QPainter& painter, const LegendFacts& facts, const QRectF& box, double unit)
{
    const auto& style = facts.style;
    const auto& colour = colours(style.map);
    const int columns = static_cast<int>(box.width());
    for (int i = 0; i < columns; ++i) {
        const double t = columns > 1 ? static_cast<double>(i) / (columns - 1) : 0;
        const double value = style.low + t * (style.high - style.low);
        const double shownAt = style.high == style.low ? 0.5 : t;
        const auto& c = colour[static_cast<std::size_t>(std::lround(shownAt * 255))];
        const QColor shown = value < style.threshold ? QColor(36, 38, 42) : QColor(c[0], c[1], c[2]);
        painter.fillRect(QRectF(box.left() + i, box.top(), 1, box.height()), shown);
    }
    painter.setPen(QPen(QColor(110, 116, 126), unit));
    painter.setBrush(Qt::NoBrush);
    painter.drawRect(box);
    painter.setPen(QColor(225, 228, 232));
    const double middle = (style.low + style.high) / 2;
    const QFontMetricsF metrics(painter.font());
    const double y = box.bottom() + metrics.ascent() + 2 * unit;
    const auto write = [&](double x, double value) {
        const QString text = number(value);
        painter.drawText(QPointF(x - metrics.horizontalAdvance(text) / 2, y), text);
    };
    write(box.left(), style.low);
    write(box.center().x(), middle);
    write(box.right(), style.high);
}

} // namespace

std::string LegendFacts::key() const
{
    return std::to_string(maps) + ' ' + std::to_string(style.visible) + ' ' + std::to_string(style.low) + ' ' +
           std::to_string(style.high) + ' ' + std::to_string(style.threshold) + ' ' +
           std::to_string(static_cast<int>(style.map)) + std::to_string(style.hatchUnseen) + ' ' +
           sentence.toStdString() + '\n' + warning.toStdString() + '\n' + provenance.toStdString() + '\n' +
           patch.toStdString();
}

QString patchText(const ViewImage& image, const MapOverlay& overlay)
{
    const auto& mm = image.facts().spacing.mm;
    const Spacing size = overlay.geometry.patchSize(mm ? *mm : Spacing{1, 1});
    const int digits = mm ? 1 : 0;
    return QStringLiteral("%1 × %2 %3")
        .arg(size.column, 0, 'f', digits)
        .arg(size.row, 0, 'f', digits)
        .arg(mm ? tr("mm") : tr("pixels"));
}

LegendFacts legendFacts(const ViewModel& model, const OverlayLegend& legend, const OverlayStyle& style)
{
    LegendFacts facts;
    facts.style = style;
    const MapOverlay* shown = nullptr;
    const ViewImage* image = nullptr;
    for (const HungCell& cell : model.hung()) {
        const Pane* pane = cell.pane ? model.pane(*cell.pane) : nullptr;
        if (pane && pane->overlay && (!shown || &cell == model.activeCell())) {
            shown = pane->overlay.get();
            image = pane->image.get();
        }
    }
    facts.maps = shown != nullptr;
    facts.sentence = QString::fromStdString(legend.sentence);
    facts.warning = QString::fromStdString(legend.warning).replace(QLatin1Char('\n'), QStringLiteral("; "));
    QStringList parts;
    for (const std::string* text : {&legend.model, &legend.profile, &legend.note})
        if (!text->empty())
            parts << QString::fromStdString(*text);
    if (!shown || !style.visible) {
        facts.provenance = parts.join(QStringLiteral(" · "));
        return facts;
    }
    facts.patch = legend.patch.empty() ? patchText(*image, *shown) : QString::fromStdString(legend.patch);
    if (style.threshold > std::min(style.low, style.high))
        parts << tr("threshold %1").arg(number(style.threshold));
    if (style.opacityByValue)
        parts << tr("opacity grows with the value");
    if (style.isolines && !style.cells)
        parts << tr("lines every %1").arg(number(style.isolineStep));
    parts << (legend.meanSubtracted ? tr("mean map subtracted") : tr("mean map not subtracted"));
    facts.provenance = parts.join(QStringLiteral(" · "));
    return facts;
}

QImage paintLegend(const LegendFacts& facts, int width, int height, double unit)
{
    QImage image(std::max(1, width), std::max(1, height), QImage::Format_RGBA8888_Premultiplied);
    image.fill(QColor(14, 15, 17));
    QPainter painter(&image);
    painter.setRenderHints(QPainter::Antialiasing | QPainter::TextAntialiasing);
    QFont font(QStringLiteral("DejaVu Sans"));
    font.setStyleHint(QFont::SansSerif);
    font.setPixelSize(std::max(6, static_cast<int>(std::lround(11.5 * unit))));
    painter.setFont(font);
    const QFontMetricsF metrics(font);
    painter.fillRect(QRectF(0, 0, width, unit), QColor(42, 44, 48));

    const double upper = 4 * unit + metrics.ascent() + unit, lower = upper + metrics.height() + 2 * unit,
                 last = lower + metrics.height() + 2 * unit;

    double x = 26 * unit;
    if (facts.maps && facts.style.visible) {
        const double barWidth = std::min(190 * unit, width * 0.16);
        painter.setPen(QColor(225, 228, 232));
        paintScale(painter, facts, {x, 8 * unit, barWidth, 12 * unit}, unit);
        x += barWidth + 26 * unit;
        painter.drawText(QPointF(x, upper), tr("similarity (cosine)"));
        if (facts.style.hatchUnseen) {
            paintHatch(painter, {x, lower - metrics.ascent() + unit, 22 * unit, metrics.ascent()}, unit);
            painter.setPen(QColor(178, 184, 192));
            painter.drawText(QPointF(x + 28 * unit, lower), tr("not seen by model"));
        }
        x += std::max(metrics.horizontalAdvance(tr("similarity (cosine)")),
                      28 * unit + metrics.horizontalAdvance(tr("not seen by model"))) +
             26 * unit;
    }
    // The notice is shorter where it would cut the sentence.
    const QString sentence = facts.sentence.isEmpty() ? QString() : QStringLiteral("“%1”").arg(facts.sentence);
    QString notice = tr("Research only. Not for clinical use.");
    const auto room = [&] { return width - metrics.horizontalAdvance(notice) - 34 * unit - x; };
    if (metrics.horizontalAdvance(sentence) > room())
        notice = tr("Not for clinical use.");
    painter.setPen(QColor(240, 242, 245));
    painter.drawText(QPointF(x, upper), metrics.elidedText(sentence, Qt::ElideRight, room()));
    painter.setPen(QColor(255, 196, 84));
    painter.drawText(QPointF(width - metrics.horizontalAdvance(notice) - 14 * unit, upper), notice);
    const QString patch = facts.patch.isEmpty() ? QString() : tr("patch %1").arg(facts.patch);
    if (!facts.warning.isEmpty()) {
        const double free =
            width - x - 14 * unit - (patch.isEmpty() ? 0 : metrics.horizontalAdvance(patch) + 26 * unit);
        const QString words = metrics.elidedText(QStringLiteral("⚠ ") + facts.warning, Qt::ElideRight, free);
        painter.drawText(QPointF(x, lower), words);
        x += metrics.horizontalAdvance(words) + 26 * unit;
    }
    painter.setPen(QColor(178, 184, 192));
    const QString limit = tr("patch %1: no smaller finding can be placed").arg(facts.patch);
    const bool whole = metrics.horizontalAdvance(limit) <= width - x - 14 * unit;
    if (!patch.isEmpty())
        painter.drawText(QPointF(x, lower), metrics.elidedText(whole || facts.warning.isEmpty() ? limit : patch,
                                                               Qt::ElideRight, width - x - 14 * unit));
    // Over the whole width, so that what the model was trained on can be read.
    painter.drawText(QPointF(26 * unit, last), metrics.elidedText(facts.provenance, Qt::ElideRight, width - 40 * unit));
    painter.end();
    return image;
}

} // namespace mama::viewer

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

// The sentence and the notice, then in lines as wide as there is room what warns, the scale and where it all comes
// from.
void paintWords(QPainter& painter, const LegendFacts& facts, const QRectF& box, double unit)
{
    const QFontMetricsF metrics(painter.font());
    const QColor quiet(178, 184, 192), warm(255, 196, 84);
    QString notice = tr("Research only. Not for clinical use.");
    const QString sentence = facts.sentence.isEmpty() ? QString() : QStringLiteral("“%1”").arg(facts.sentence);
    const auto room = [&] { return box.width() - metrics.horizontalAdvance(notice) - 20 * unit; };
    if (metrics.horizontalAdvance(sentence) > room())
        notice = tr("Not for clinical use.");
    const double first = box.top() + metrics.ascent();
    painter.setPen(QColor(240, 242, 245));
    painter.drawText(QPointF(box.left(), first), metrics.elidedText(sentence, Qt::ElideRight, room()));
    painter.setPen(warm);
    painter.drawText(QPointF(box.right() - metrics.horizontalAdvance(notice), first), notice);
    std::vector<std::pair<QString, QColor>> words; // each with the blank before it
    const auto add = [&](const QString& text, const QColor& colour) {
        for (const QString& word : text.split(QLatin1Char(' '), Qt::SkipEmptyParts))
            words.emplace_back(word, colour);
    };
    if (!facts.warning.isEmpty())
        add(QStringLiteral("⚠ ") + facts.warning + (facts.range.isEmpty() ? QString() : QStringLiteral(" ·")), warm);
    if (!facts.range.isEmpty())
        add(facts.range + QStringLiteral(" ·"), facts.stretched ? warm : quiet);
    add(facts.provenance, quiet);
    const double step = metrics.height() + unit, blank = metrics.horizontalAdvance(QLatin1Char(' '));
    const int lines = static_cast<int>((box.height() - metrics.height()) / step);
    double x = box.left(), y = first + step;
    int line = 1;
    for (const auto& [word, colour] : words) {
        const double wide = metrics.horizontalAdvance(word);
        if (x > box.left() && x + wide > box.right() - (line == lines ? 14 * unit : 0)) {
            if (line++ == lines) {
                painter.drawText(QPointF(x, y), QStringLiteral("…"));
                return;
            }
            x = box.left();
            y += step;
        }
        painter.setPen(colour);
        painter.drawText(QPointF(x, y), metrics.elidedText(word, Qt::ElideRight, box.width()));
        x += wide + blank;
    }
}

} // namespace

std::string LegendFacts::key() const
{
    return std::to_string(maps) + ' ' + std::to_string(style.visible) + ' ' + std::to_string(style.low) + ' ' +
           std::to_string(style.high) + ' ' + std::to_string(style.threshold) + ' ' +
           std::to_string(static_cast<int>(style.map)) + std::to_string(style.hatchUnseen) + ' ' +
           sentence.toStdString() + '\n' + warning.toStdString() + '\n' + provenance.toStdString() + '\n' +
           range.toStdString() + std::to_string(static_cast<int>(style.basis));
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
    for (const HungCell& cell : model.hung()) {
        const Pane* pane = cell.pane ? model.pane(*cell.pane) : nullptr;
        facts.maps = facts.maps || (pane && pane->overlay);
    }
    facts.sentence = QString::fromStdString(legend.sentence);
    facts.warning = QString::fromStdString(legend.warning).replace(QLatin1Char('\n'), QStringLiteral("; "));
    QStringList parts;
    for (const std::string* text : {&legend.model, &legend.profile, &legend.note})
        if (!text->empty())
            parts << QString::fromStdString(*text);
    if (!facts.maps || !style.visible) {
        facts.provenance = parts.join(QStringLiteral(" · "));
        return facts;
    }
    parts.insert(0, tr("patch similarity (cosine)"));
    facts.range = style.basis == RangeBasis::Reference ? QString::fromStdString(legend.range)
                  : style.basis == RangeBasis::Full    ? tr("scale: all that a cosine can be")
                  : style.basis == RangeBasis::Study   ? tr("scale: stretched to this study")
                                                       : tr("scale: chosen by you");
    facts.stretched = style.basis == RangeBasis::Study;
    parts << tr("no finding smaller than a patch can be placed");
    if (style.threshold > std::min(style.low, style.high))
        parts << tr("threshold %1").arg(number(style.threshold));
    if (style.opacityByValue)
        parts << tr("opacity grows with the value");
    parts << tr("white line: above the scale");
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
    const double margin = 14 * unit;
    double x = margin;
    if (facts.maps && facts.style.visible) {
        painter.setPen(QColor(225, 228, 232));
        paintScale(painter, facts, {30 * unit, 8 * unit, 150 * unit, 11 * unit}, unit);
        if (facts.style.hatchUnseen) {
            const double base = 8 * unit + 11 * unit + 2 * metrics.height() + 2 * unit;
            paintHatch(painter, {30 * unit, base - metrics.ascent() + unit, 18 * unit, metrics.ascent()}, unit);
            painter.setPen(QColor(178, 184, 192));
            painter.drawText(QPointF(54 * unit, base), tr("breast not seen by model"));
        }
        x = 230 * unit;
    }
    paintWords(painter, facts, {x, 4 * unit, width - x - margin, height - 6 * unit}, unit);
    painter.end();
    return image;
}

} // namespace mama::viewer

#include "widgets/viewer/legend.h"

#include "core/study/study.h"
#include "widgets/look/shown_text.h"

#include <QCoreApplication>
#include <QFontMetricsF>
#include <QPainter>
#include <algorithm>
#include <array>
#include <cmath>

namespace mama::viewer {
namespace {

QString tr(const char* text) { return QCoreApplication::translate("PaneView", text); }

// Three digits after the point, without those that say nothing: "0.048", "−1".
QString number(double value)
{
    QString text = shownNumber(value, 3);
    while (text.endsWith(QLatin1Char('0')))
        text.chop(1);
    if (text.endsWith(QLatin1Char('.')))
        text.chop(1);
    return text.replace(QLatin1Char('-'), QChar(0x2212));
}

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
    const std::vector<double> levels = outlineLevels(style);
    for (int i = 0; i < columns; ++i) {
        const double t = columns > 1 ? static_cast<double>(i) / (columns - 1) : 0;
        const double value = style.low + t * (style.high - style.low);
        const double shownAt = style.high == style.low ? 0.5 : t;
        const auto& c = colour[static_cast<std::size_t>(std::lround(shownAt * 255))];
        const bool line = std::ranges::any_of(levels, [&](double level) {
            return std::abs(level - value) <= 1.2 * unit * std::abs(style.high - style.low) / columns;
        });
        const bool dark = value < style.threshold || (style.outline && !line);
        const QColor shown = dark ? QColor(36, 38, 42) : QColor(c[0], c[1], c[2]);
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

struct Word
{
    QString text;
    QColor colour;
    double x = 0; // of the box
    int line = 0;
};

// Words in lines of a width.
class WordFlow
{
public:
    WordFlow(const QFontMetricsF& metrics, double width) : m_metrics(metrics), m_width(std::max(width, 40.0)) {}

    void add(const QString& text, const QColor& colour)
    {
        for (QString word : text.split(QLatin1Char(' '), Qt::SkipEmptyParts)) {
            while (wide(word) > m_width) { // a word wider than a line
                int letters = static_cast<int>(word.size()) - 1;
                while (letters > 1 && wide(word.left(letters)) > m_width)
                    --letters;
                put(word.left(letters), colour);
                word = word.mid(letters);
            }
            put(word, colour);
        }
    }
    // At the right end of the line that has begun; false: there is no room.
    bool addRight(const QString& text, const QColor& colour)
    {
        if (m_x + wide(QStringLiteral("    ") + text) > m_width)
            return false;
        m_words.push_back({text, colour, m_width - wide(text), m_line});
        m_x = m_width;
        return true;
    }
    void newLine()
    {
        if (m_x <= 0)
            return;
        m_x = 0;
        ++m_line;
    }
    const std::vector<Word>& words() const { return m_words; }
    int lines() const { return m_words.empty() ? 0 : m_words.back().line + 1; }

private:
    double wide(const QString& text) const { return m_metrics.horizontalAdvance(text); }
    void put(const QString& word, const QColor& colour)
    {
        if (m_x > 0 && m_x + wide(word) > m_width)
            newLine();
        m_words.push_back({word, colour, m_x, m_line});
        m_x += wide(word) + wide(QStringLiteral(" "));
    }

    const QFontMetricsF& m_metrics;
    double m_width, m_x = 0;
    int m_line = 0;
    std::vector<Word> m_words;
};

// The sentence and the notice, then what warns, the scale and where it all comes from.
WordFlow flow(const LegendFacts& facts, const QFontMetricsF& metrics, double width)
{
    const QColor quiet(178, 184, 192), warm(255, 196, 84);
    WordFlow words(metrics, width);
    words.add(facts.sentence, QColor(240, 242, 245));
    if (!words.addRight(tr("Research only. Not for clinical use."), warm) &&
        !words.addRight(tr("Not for clinical use."), warm))
        words.add(QStringLiteral("· ") + tr("Not for clinical use."), warm);
    words.newLine();
    if (!facts.warning.isEmpty())
        words.add(QStringLiteral("⚠ ") + facts.warning + (facts.range.isEmpty() ? QString() : QStringLiteral(" ·")),
                  warm);
    if (!facts.range.isEmpty())
        words.add(facts.range + QStringLiteral(" ·"), facts.stretched ? warm : quiet);
    words.add(facts.provenance, quiet);
    return words;
}

constexpr std::array letterSizes{11.5, 10.5, 9.5, 8.5};  // logical pixels
constexpr double margin = 14, aside = 230, narrow = 560; // of the words beside the scale; below it in a narrow strip

QFont fontOf(double letters, double unit)
{
    QFont font(QStringLiteral("DejaVu Sans"));
    font.setStyleHint(QFont::SansSerif);
    font.setPixelSize(std::max(6, static_cast<int>(std::lround(letters * unit))));
    return font;
}

bool hasScale(const LegendFacts& facts) { return facts.maps && facts.style.visible; }

// Where the words stand in a strip of this width, logical pixels.
QRectF wordBox(const LegendFacts& facts, double width)
{
    if (!hasScale(facts))
        return {margin, 4, width - 2 * margin, 0};
    return width < narrow ? QRectF(margin, 62, width - 2 * margin, 0) : QRectF(aside, 4, width - aside - margin, 0);
}

double lineStep(const QFontMetricsF& metrics, double unit) { return metrics.height() + unit; }

// Logical pixels that the words need in letters of this size.
double needed(const LegendFacts& facts, double letters, double width)
{
    const QFontMetricsF metrics(fontOf(letters, 1));
    const QRectF box = wordBox(facts, width);
    return box.top() + flow(facts, metrics, box.width()).lines() * lineStep(metrics, 1) + 5;
}

} // namespace

std::string LegendFacts::key() const
{
    return std::to_string(maps) + ' ' + std::to_string(style.visible) + ' ' + std::to_string(style.low) + ' ' +
           std::to_string(style.high) + ' ' + std::to_string(style.threshold) + ' ' +
           std::to_string(static_cast<int>(style.map)) + std::to_string(style.hatchUnseen) +
           std::to_string(style.outline) + ' ' + sentence.toStdString() + '\n' + warning.toStdString() + '\n' +
           provenance.toStdString() + '\n' + range.toStdString() + std::to_string(static_cast<int>(style.basis));
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

namespace {

// "6.7 to 6.9 × 12.9 to 20.4 mm" of the maps on screen; without a scale in pixels of the file.
QString cellSizes(const ViewModel& model)
{
    double low[2]{1e9, 1e9}, high[2]{0, 0};
    bool mm = true, any = false;
    for (const HungCell& cell : model.hung()) {
        const Pane* pane = cell.pane ? model.pane(*cell.pane) : nullptr;
        if (!pane || !pane->overlay)
            continue;
        const auto& spacing = pane->image->facts().spacing.mm;
        const Spacing size = pane->overlay->geometry.patchSize(spacing ? *spacing : Spacing{1, 1});
        mm = mm && spacing;
        any = true;
        for (const auto& [axis, value] : {std::pair{0, size.column}, {1, size.row}}) {
            low[axis] = std::min(low[axis], value);
            high[axis] = std::max(high[axis], value);
        }
    }
    if (!any)
        return {};
    const auto span = [&](int axis) {
        const QString from = QString::number(low[axis], 'f', mm ? 1 : 0),
                      to = QString::number(high[axis], 'f', mm ? 1 : 0);
        return from == to ? from : tr("%1 to %2").arg(from, to);
    };
    return QStringLiteral("%1 × %2 %3").arg(span(0), span(1), mm ? tr("mm") : tr("pixels"));
}

// How values become colours and lines.
QStringList drawnHow(const OverlayStyle& style)
{
    QStringList parts;
    if (style.threshold > std::max(style.low, style.high))
        parts << tr("threshold %1, above the scale").arg(number(style.threshold));
    else if (style.threshold > std::min(style.low, style.high))
        parts << tr("threshold %1").arg(number(style.threshold));
    if (style.outline) {
        QStringList levels;
        for (const double level : outlineLevels(style))
            levels << number(level);
        parts << tr("outlines at %1").arg(levels.join(QStringLiteral(", ")));
    } else {
        if (style.opacityByValue)
            parts << tr("opacity grows with the value");
        parts << tr("white line: above the scale");
        if (style.isolines && !style.cells)
            parts << tr("dark lines every %1").arg(number(style.isolineStep));
    }
    parts << (style.cells ? tr("raw grid") : tr("bilinear between patches"));
    return parts;
}

} // namespace

LegendFacts legendFacts(const ViewModel& model, const OverlayLegend& legend, const OverlayStyle& style)
{
    LegendFacts facts;
    facts.style = style;
    for (const HungCell& cell : model.hung()) {
        const Pane* pane = cell.pane ? model.pane(*cell.pane) : nullptr;
        facts.maps = facts.maps || (pane && pane->overlay);
    }
    if (!legend.sentence.empty())
        facts.sentence = QStringLiteral("“%1”").arg(QString::fromStdString(legend.sentence));
    if (facts.maps && !legend.minusSentence.empty())
        facts.sentence += tr(" less “%1”").arg(QString::fromStdString(legend.minusSentence));
    facts.warning = QString::fromStdString(legend.warning).replace(QLatin1Char('\n'), QStringLiteral("; "));
    QStringList parts;
    for (const std::string* text : {&legend.model, &legend.profile, &legend.note})
        if (!text->empty())
            parts << QString::fromStdString(*text);
    if (!facts.maps || !style.visible) {
        facts.provenance = parts.join(QStringLiteral(" · "));
        return facts;
    }
    const bool difference = !legend.minus.empty() || !legend.minusSentence.empty();
    parts.insert(0, difference ? tr("difference of patch similarities (cosines)") : tr("patch similarity (cosine)"));
    facts.range = style.basis == RangeBasis::Reference ? QString::fromStdString(legend.range)
                  : style.basis == RangeBasis::Full
                      ? (difference ? tr("scale: −1 to 1, where a difference can reach −2 and 2")
                                    : tr("scale: all that a cosine can be"))
                  : style.basis == RangeBasis::Study ? tr("scale: stretched to this study")
                                                     : tr("scale: chosen by you");
    facts.stretched = style.basis == RangeBasis::Study;
    if (!legend.way.empty())
        parts << QString::fromStdString(legend.way);
    if (const QString cells = cellSizes(model); !cells.isEmpty())
        parts << tr("no finding smaller than a cell (%1) can be placed").arg(cells);
    parts << drawnHow(style);
    if (!legend.minus.empty())
        parts << QString::fromStdString(legend.minus);
    else if (legend.minusSentence.empty())
        parts << tr("mean map not subtracted");
    facts.provenance = parts.join(QStringLiteral(" · "));
    return facts;
}

int legendHeight(double width) { return width < 800 ? 108 : width < 1200 ? 78 : 63; }

int legendHeight(const LegendFacts& facts, double width, double most)
{
    double height = 0;
    for (const double letters : letterSizes) {
        height = std::ceil(needed(facts, letters, width));
        if (height <= most)
            break;
    }
    return std::max(facts.bare() ? 0 : legendHeight(width), static_cast<int>(std::min(height, most)));
}

QString LegendFacts::text() const
{
    QStringList parts;
    for (const QString& part : {sentence, warning, range, provenance, tr("Research only. Not for clinical use.")})
        if (!part.isEmpty())
            parts << part;
    return parts.join(QStringLiteral(" · "));
}

QImage paintLegend(const LegendFacts& facts, int width, int height, double unit)
{
    QImage image(std::max(1, width), std::max(1, height), QImage::Format_RGBA8888_Premultiplied);
    image.fill(QColor(14, 15, 17));
    QPainter painter(&image);
    painter.setRenderHints(QPainter::Antialiasing | QPainter::TextAntialiasing);
    painter.setFont(fontOf(letterSizes.front(), unit));
    painter.fillRect(QRectF(0, 0, width, unit), QColor(42, 44, 48));
    if (hasScale(facts)) {
        const QFontMetricsF metrics(painter.font());
        painter.setPen(QColor(225, 228, 232));
        paintScale(painter, facts, {30 * unit, 8 * unit, 150 * unit, 11 * unit}, unit);
        if (facts.style.hatchUnseen) {
            const double base = 8 * unit + 11 * unit + 2 * metrics.height() + 2 * unit;
            paintHatch(painter, {30 * unit, base - metrics.ascent() + unit, 18 * unit, metrics.ascent()}, unit);
            painter.setPen(QColor(178, 184, 192));
            painter.drawText(QPointF(54 * unit, base), tr("breast not seen by model"));
        }
    }
    double letters = letterSizes.front();
    for (const double size : letterSizes) {
        letters = size;
        if (needed(facts, size, width / unit) <= height / unit)
            break;
    }
    const QFont font = fontOf(letters, unit);
    const QFontMetricsF metrics(font);
    const QRectF box = wordBox(facts, width / unit);
    const WordFlow words = flow(facts, metrics, box.width() * unit);
    const int most = static_cast<int>((height - box.top() * unit) / lineStep(metrics, unit));
    painter.setFont(font);
    for (const Word& word : words.words()) {
        if (word.line >= most)
            break;
        painter.setPen(word.colour);
        painter.drawText(QPointF(box.left() * unit + word.x,
                                 box.top() * unit + metrics.ascent() + word.line * lineStep(metrics, unit)),
                         word.text);
    }
    if (words.lines() > most && most > 0) // a view too small for any letters: the tooltip has all
        painter.drawText(
            QPointF(width - 14 * unit, box.top() * unit + metrics.ascent() + (most - 1) * lineStep(metrics, unit)),
            QStringLiteral("…"));
    painter.end();
    return image;
}

} // namespace mama::viewer

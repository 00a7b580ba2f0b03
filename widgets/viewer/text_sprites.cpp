#include "widgets/viewer/text_sprites.h"

#include <QFont>
#include <QFontMetricsF>
#include <QPainter>
#include <QTextLayout>
#include <algorithm>
#include <cmath>
#include <cstring>

namespace mama::viewer {
namespace {

QFont fontOf(const TextLine& line, double unit)
{
    QFont font(QStringLiteral("DejaVu Sans"));
    font.setStyleHint(QFont::SansSerif);
    font.setPixelSize(std::max(6, static_cast<int>(std::lround(line.points * unit * 96 / 72))));
    font.setBold(line.bold);
    return font;
}

struct Placed // a line in its picture
{
    TextLine line;
    QFont font;
    QPointF baseline;
    QRectF plate;
};

void drawLine(QPainter& painter, const Placed& placed, double unit)
{
    const TextLine& line = placed.line;
    if (line.boxed || line.grounded) {
        painter.setPen(Qt::NoPen);
        painter.setBrush(QColor(20, 20, 20, 200)); // on white tissue the quiet texts keep a contrast of 4.5 (WCAG 2)
        painter.drawRoundedRect(placed.plate, 3 * unit, 3 * unit);
    }
    if (line.boxed) {
        painter.setPen(QPen(line.colour, unit));
        painter.setBrush(Qt::NoBrush);
        painter.drawRoundedRect(placed.plate.adjusted(unit / 2, unit / 2, -unit / 2, -unit / 2), 3 * unit, 3 * unit);
    }
}

void drawLetters(QPainter& painter, const Placed& placed, const QColor& colour)
{
    painter.setPen(colour);
    painter.setFont(placed.font);
    painter.drawText(placed.baseline, placed.line.text);
}

// What is covered, spread over a disc: a dark rim around letters. Stroking their outlines takes a hundred times as
// long.
QImage rimOf(const QImage& letters, double radius)
{
    constexpr int darkness = 190;
    const int reach = static_cast<int>(std::ceil(radius + 0.5)), rows = letters.height(), columns = letters.width();
    QImage rim(letters.size(), QImage::Format_Alpha8);
    rim.fill(0);
    for (int dy = -reach; dy <= reach; ++dy)
        for (int dx = -reach; dx <= reach; ++dx) {
            const double cover = std::clamp(radius + 0.5 - std::hypot(dx, dy), 0.0, 1.0);
            const auto share = static_cast<unsigned>(std::lround(cover * darkness / 255 * 256));
            for (int y = std::max(0, dy); share > 0 && y < rows + std::min(0, dy); ++y) {
                const uchar* from = letters.constScanLine(y - dy) - dx;
                uchar* to = rim.scanLine(y);
                for (int x = std::max(0, dx); x < columns + std::min(0, dx); ++x)
                    to[x] = std::max(to[x], static_cast<uchar>(from[x] * share >> 8));
            }
        }
    return rim;
}

QImage painted(const std::vector<Placed>& lines, QSize size, double unit)
{
    QImage letters(size, QImage::Format_Alpha8), image(size, QImage::Format_RGBA8888_Premultiplied);
    letters.fill(0);
    image.fill(Qt::transparent);
    {
        QPainter painter(&letters);
        painter.setRenderHint(QPainter::TextAntialiasing);
        for (const Placed& each : lines)
            if (!each.line.boxed)
                drawLetters(painter, each, Qt::black);
    }
    QPainter painter(&image);
    painter.setRenderHints(QPainter::Antialiasing | QPainter::TextAntialiasing);
    for (const Placed& each : lines)
        drawLine(painter, each, unit);
    painter.drawImage(0, 0, rimOf(letters, 1.25 * unit));
    for (const Placed& each : lines)
        drawLetters(painter, each, each.line.colour);
    return image;
}

} // namespace

Sprite TextSprites::picture(const QImage& image)
{
    const QImage rgba = image.convertToFormat(QImage::Format_RGBA8888_Premultiplied);
    auto texels = std::make_shared<std::vector<std::uint8_t>>(static_cast<std::size_t>(rgba.width()) *
                                                              static_cast<std::size_t>(rgba.height()) * 4);
    for (int y = 0; y < rgba.height(); ++y)
        std::memcpy(texels->data() + static_cast<std::size_t>(y) * static_cast<std::size_t>(rgba.width()) * 4,
                    rgba.constScanLine(y), static_cast<std::size_t>(rgba.width()) * 4);
    return {0, 0, rgba.width(), rgba.height(), m_next++, texels};
}

std::vector<TextLine> TextSprites::wrapped(const TextLine& line, int maxWidth, int most, double unit)
{
    const QFontMetricsF metrics(fontOf(line, unit));
    const double room = maxWidth - 6 * unit;
    std::vector<TextLine> out;
    for (const QString& paragraph : line.text.split(QLatin1Char('\n'))) {
        QTextLayout layout(paragraph, fontOf(line, unit));
        QTextOption option;
        option.setWrapMode(QTextOption::WrapAtWordBoundaryOrAnywhere);
        layout.setTextOption(option);
        layout.beginLayout();
        for (QTextLine each = layout.createLine(); each.isValid(); each = layout.createLine()) {
            each.setLineWidth(std::max(1.0, room));
            TextLine part = line;
            part.text = paragraph.mid(each.textStart(), each.textLength()).trimmed();
            out.push_back(part);
        }
        layout.endLayout();
    }
    if (static_cast<int>(out.size()) > most) {
        out.resize(static_cast<std::size_t>(most));
        out.back().text = metrics.elidedText(out.back().text + QStringLiteral("………"), Qt::ElideRight, room);
    }
    return out;
}

// inner: of a badge's plate, on either side.
std::vector<TextLine> TextSprites::broken(const std::vector<TextLine>& lines, int maxWidth, double inner, double unit)
{
    std::vector<TextLine> out;
    for (const TextLine& line : lines) {
        const int room = maxWidth - (line.boxed ? static_cast<int>(std::ceil(2 * inner)) : 0);
        if (line.most < 2)
            out.push_back(line);
        else
            for (TextLine& part : wrapped(line, room, line.most, unit))
                out.push_back(std::move(part));
    }
    return out;
}

Sprite TextSprites::text(const std::vector<TextLine>& lines, bool rightAligned, int maxWidth, double unit)
{
    std::string key = std::to_string(rightAligned) + ' ' + std::to_string(maxWidth) + ' ' + std::to_string(unit);
    for (const auto& line : lines)
        key += '\n' + std::to_string(line.points) + line.colour.name(QColor::HexArgb).toStdString() +
               (line.bold ? 'b' : '-') + (line.boxed ? 'x' : '-') + (line.grounded ? 'g' : '-') +
               std::to_string(line.most) + ' ' + line.text.toStdString();
    const auto found = m_cache.find(key);
    if (found != m_cache.end()) {
        found->second.used = true;
        return found->second.sprite;
    }
    std::vector<Placed> placed;
    double width = 1, height = 0;
    const double rim = 3 * unit, inner = 5 * unit;
    for (TextLine line : broken(lines, maxWidth, inner, unit)) {
        const QFont font = fontOf(line, unit);
        const QFontMetricsF metrics(font);
        const double padding = line.boxed ? inner : 0;
        line.text = metrics.elidedText(line.text, Qt::ElideRight, std::max(1.0, maxWidth - 2 * (rim + padding)));
        const double w = metrics.horizontalAdvance(line.text) + 2 * (rim + padding);
        const double h = metrics.height() + (line.boxed ? 5 : 1) * unit;
        const QPointF baseline(rim + padding, height + metrics.ascent() + (line.boxed ? 2.5 * unit : rim / 2));
        placed.push_back({line, font, baseline, {rim, height + unit, w - 2 * rim, h - 2 * unit}});
        width = std::max(width, w);
        height += h;
    }
    if (rightAligned)
        for (Placed& each : placed) {
            const double by = width - each.plate.width() - 2 * rim;
            each.baseline.rx() += by;
            each.plate.translate(by, 0);
        }
    const Sprite sprite = picture(painted(
        placed, {static_cast<int>(std::ceil(width)), std::max(1, static_cast<int>(std::ceil(height + rim)))}, unit));
    m_cache[key] = {sprite, true};
    return sprite;
}

void TextSprites::endFrame()
{
    std::erase_if(m_cache, [](const auto& item) { return !item.second.used; });
    for (auto& [key, entry] : m_cache)
        entry.used = false;
}

} // namespace mama::viewer

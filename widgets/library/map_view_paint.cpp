// How the map is drawn.
#include "widgets/library/map_view.h"
#include "widgets/library/tile_painter.h"
#include "widgets/look/tone.h"

#include <QPainter>
#include <algorithm>
#include <array>
#include <cmath>

namespace mama {
namespace {

constexpr int cardSize = 200;

QRgb mixed(const QColor& a, const QColor& b, double share)
{
    return QColor::fromRgbF(static_cast<float>(a.redF() * share + b.redF() * (1 - share)),
                            static_cast<float>(a.greenF() * share + b.greenF() * (1 - share)),
                            static_cast<float>(a.blueF() * share + b.blueF() * (1 - share)))
        .rgb();
}

// Of each line of a round dot, how far it reaches to either side.
std::array<int, 16> dotLines(int size)
{
    std::array<int, 16> out{};
    const double radius = size / 2.0;
    for (int line = 0; line < size; ++line) {
        const double y = line - (size - 1) / 2.0;
        out[static_cast<std::size_t>(line)] =
            size <= 3 ? size / 2 : static_cast<int>(std::sqrt(std::max(radius * radius - y * y, 0.0)));
    }
    return out;
}

// Dots of one size into an image of 32-bit pixels.
class Dots
{
public:
    Dots(QImage& image, int size)
        : m_bits(reinterpret_cast<QRgb*>(image.bits())), m_stride(image.bytesPerLine() / 4), m_width(image.width()),
          m_height(image.height()), m_size(size), m_lines(dotLines(size))
    {}
    void draw(int x, int y, QRgb colour)
    {
        const int half = m_size / 2;
        if (x < half || y < half || x >= m_width - half || y >= m_height - half)
            return;
        QRgb* line = m_bits + (y - half) * m_stride + x;
        if (m_size == 3) { // by far the most
            for (int i = 0; i < 3; ++i, line += m_stride)
                line[-1] = line[0] = line[1] = colour;
            return;
        }
        for (int i = 0; i < m_size; ++i, line += m_stride) {
            const int wide = m_lines[static_cast<std::size_t>(i)];
            std::fill(line - wide, line + wide + 1, colour);
        }
    }

private:
    QRgb* m_bits;
    qsizetype m_stride;
    int m_width, m_height, m_size;
    std::array<int, 16> m_lines;
};

} // namespace

int MapView::dotSize() const
{
    const double ratio = devicePixelRatioF();
    const std::size_t count = m_rows.size();
    const int size = count < 2000 ? 7 : count < 20000 ? 5 : 3;
    return std::min(15, static_cast<int>(std::lround(size * ratio)) | 1);
}

void MapView::repaintAll()
{
    m_isStale = true;
    update();
}

// Where on the image each point lies that can be seen, by what is drawn over what: those that are not in the list,
// those of which nothing is known, the others, and at last what is selected.
void MapView::sortPoints(double ratio)
{
    for (std::vector<Dot>& layer : m_layers)
        layer.clear();
    const double scale = m_scale * ratio;
    const auto left = static_cast<float>(m_image.width() / 2.0 - m_centre.x() * scale),
               top = static_cast<float>(m_image.height() / 2.0 - m_centre.y() * scale), by = static_cast<float>(scale),
               right = static_cast<float>(m_image.width()), bottom = static_cast<float>(m_image.height());
    const bool any = m_place->selected() > 0;
    const float* place = m_places.data();
    const int* rows = m_rows.data();
    const std::uint8_t* kinds = m_kinds.data();
    for (std::size_t i = 0, n = m_rows.size(); i < n; ++i) {
        const float x = place[2 * i] * by + left, y = place[2 * i + 1] * by + top;
        if (!(x >= 0 && y >= 0 && x < right && y < bottom))
            continue;
        const std::size_t layer = rows[i] < 0 ? 0 : any && isChosen(i) ? 3 : kinds[i] == 0 ? 1 : 2;
        m_layers[layer].push_back({static_cast<std::int16_t>(x), static_cast<std::int16_t>(y), kinds[i]});
    }
}

void MapView::drawPoints()
{
    constexpr std::size_t many = 20'000; // selected: their dots grow no further
    const double ratio = devicePixelRatioF();
    const QSize pixels = (size() * ratio).boundedTo({30'000, 30'000});
    if (m_image.size() != pixels)
        m_image = QImage(pixels, QImage::Format_RGB32);
    m_image.setDevicePixelRatio(1);
    const QColor ground = palette().color(QPalette::Base), text = palette().color(QPalette::Text);
    m_image.fill(ground);
    sortPoints(ratio);
    std::array<QRgb, 256> colours{};
    colours.fill(text.rgb());
    for (std::size_t kind = 0; kind < std::min(m_colours.size(), colours.size()); ++kind)
        colours[kind] = m_colours[kind].rgb();
    const int size = dotSize(), larger = m_layers[3].size() > many ? size : std::min(13, size + 2);
    Dots dots(m_image, size), large(m_image, larger), edges(m_image, larger + 2);
    const QRgb faint = mixed(text, ground, 0.16), edge = text.rgb();
    for (const Dot& dot : m_layers[0])
        dots.draw(dot.x, dot.y, faint);
    for (const std::size_t layer : {std::size_t{1}, std::size_t{2}})
        for (const Dot& dot : m_layers[layer])
            dots.draw(dot.x, dot.y, colours[dot.kind]);
    for (const Dot& dot : m_layers[3])
        edges.draw(dot.x, dot.y, edge);
    for (const Dot& dot : m_layers[3])
        large.draw(dot.x, dot.y, colours[dot.kind]);
    m_image.setDevicePixelRatio(ratio);
    m_isStale = false;
}

void MapView::paintRings(QPainter& painter)
{
    painter.setRenderHint(QPainter::Antialiasing);
    painter.setBrush(Qt::NoBrush);
    const auto ring = [&](std::uint32_t point, double radius, QPalette::ColorRole colour) {
        const QPointF at = placeOf(point);
        painter.setPen(QPen(palette().color(QPalette::Base), 6));
        painter.drawEllipse(at, radius, radius);
        painter.setPen(QPen(palette().color(colour), 2.5));
        painter.drawEllipse(at, radius, radius);
    };
    const double radius = dotSize() / 2.0 / devicePixelRatioF() + 4;
    for (const std::uint32_t point : pointsOf(m_place->current()))
        ring(point, radius + 1, hasFocus() ? QPalette::Text : QPalette::PlaceholderText);
    for (const std::uint32_t point : pointsOf(m_hoveredRow))
        ring(point, radius + 4, QPalette::Highlight);
    if (m_hovered >= 0)
        ring(static_cast<std::uint32_t>(m_hovered), radius, QPalette::Highlight);
}

// The study under the cursor, in the corner that is furthest from it.
void MapView::paintCard(QPainter& painter)
{
    const int row = hoveredRow();
    if (row < 0 || !m_source || m_isDragging || row >= m_place->rows())
        return;
    const QPointF at = placeOf(static_cast<std::size_t>(m_hovered));
    const QRect card(at.x() > width() / 2.0 ? 6 : width() - cardSize - 6,
                     at.y() > height() / 2.0 ? 6 : height() - cardSize - 6, cardSize, cardSize);
    painter.fillRect(card.adjusted(-1, -1, 1, 1), palette().color(QPalette::PlaceholderText));
    painter.fillRect(card, palette().color(QPalette::Window));
    m_painter->paint(painter, card, m_source(row), {m_place->isSelected(row), row == m_place->current(), false});
}

void MapView::paintBand(QPainter& painter)
{
    QColor inside = palette().color(QPalette::Highlight);
    painter.setPen(QPen(inside, 1.5));
    inside.setAlphaF(0.15F);
    painter.setBrush(inside);
    painter.drawPolygon(m_band, Qt::WindingFill);
}

void MapView::paintEvent(QPaintEvent*)
{
    if (m_isStale || m_image.size() != size() * devicePixelRatioF())
        drawPoints();
    QPainter painter(this);
    painter.drawImage(0, 0, m_image);
    paintRings(painter);
    if (m_isDragging && !m_isPanning)
        paintBand(painter);
    painter.setRenderHint(QPainter::Antialiasing, false);
    paintCard(painter);
    if (hasFocus()) {
        painter.setPen(palette().color(QPalette::Highlight));
        painter.setBrush(Qt::NoBrush);
        painter.drawRect(rect().adjusted(0, 0, -1, -1));
    }
}

} // namespace mama

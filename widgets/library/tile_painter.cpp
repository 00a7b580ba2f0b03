#include "widgets/library/tile_painter.h"

#include "core/image/resize.h"

#include <QPaintDevice>
#include <QWidget>
#include <algorithm>
#include <cmath>

namespace mama {
namespace {

constexpr int margin = 3, padding = 4, gap = 1, dot = 8, mostDots = 6;
// On the black of pictures, in every theme.
const QColor wordColour(0xb4, 0xb9, 0xc0), faintColour(0x76, 0x7c, 0x84), missingGround(0x4a, 0x4d, 0x52),
    linkColour(0x8a, 0xb4, 0xf8), refusedGround(0x3d, 0x2a, 0x2a), foundColour(0xff, 0xc1, 0x07), rimColour(0, 0, 0);

QRect inner(const QRect& tile) { return tile.adjusted(margin, margin, -margin, -margin); }

QPalette paletteOf(const QPainter& painter)
{
    const auto* widget = dynamic_cast<const QWidget*>(painter.device());
    return widget ? widget->palette() : QPalette();
}

QRect pictureArea(const QRect& tile, bool note, const QFontMetrics& font)
{
    const int line = font.height() + 4;
    return inner(tile).adjusted(padding, line, -padding, note ? -line : -padding);
}

QFont smaller(QFont font)
{
    if (font.pointSizeF() > 0)
        font.setPointSizeF(font.pointSizeF() * 0.85);
    return font;
}

void paintTick(QPainter& painter, const QRectF& box, const QColor& colour)
{
    painter.setPen(QPen(colour, 2, Qt::SolidLine, Qt::RoundCap, Qt::RoundJoin));
    const auto at = [&](double x, double y) { return QPointF(box.x() + x * box.width(), box.y() + y * box.height()); };
    const QPointF points[] = {at(0.1, 0.55), at(0.4, 0.85), at(0.9, 0.2)};
    painter.drawPolyline(points, 3);
}

// A part of a grey picture in another size, several times quicker than Qt does it.
QImage resized(const QImage& image, const QRect& part, const QSize& size)
{
    const QImage grey = image.convertToFormat(QImage::Format_Grayscale8);
    Raster<std::uint8_t> cut(part.height(), part.width());
    for (int row = 0; row < part.height(); ++row)
        std::copy_n(grey.constScanLine(part.y() + row) + part.x(), part.width(), &cut.at(row, 0));
    const Raster<std::uint8_t> made = quickResize(cut, size.height(), size.width());
    QImage out(size, QImage::Format_Grayscale8);
    for (int row = 0; row < made.rows; ++row)
        std::copy_n(&made.at(row, 0), made.columns, out.scanLine(row));
    return out;
}

} // namespace

TilePainter::TilePainter(int megabytes, bool links) : m_scaled(megabytes * 1024), m_links(links) {}

QRect TilePainter::link(const QRect& cell, const QFontMetrics& font)
{
    const int line = font.height();
    if (cell.height() < 5 * line)
        return {};
    return {cell.x() + 2, cell.center().y() + 2 * line, cell.width() - 4, line};
}

QString TilePainter::word(const TilePicture& view)
{
    switch (view.state) {
    case TilePicture::State::None: return tr("not in this study");
    case TilePicture::State::Waiting: return tr("reading");
    case TilePicture::State::Missing: return tr("file missing");
    case TilePicture::State::Refused: return tr("not readable");
    case TilePicture::State::Ready: break;
    }
    return {};
}

// A date that is cut would be another one: it is left out.
QString TilePainter::shownTitle(const StudyTile& study, int room, const QFontMetrics& font)
{
    const QString whole = study.wholeTitle();
    return font.horizontalAdvance(whole) <= room ? whole : font.elidedText(study.title, Qt::ElideRight, room);
}

QRect TilePainter::cell(const QRect& tile, const StudyTile& study, int view, const QFontMetrics& font)
{
    const QRect area = pictureArea(tile, !study.note.isEmpty(), font);
    const int width = (area.width() - gap) / 2, height = (area.height() - gap) / 2;
    const bool right = view % 2 == 1, below = view >= 2;
    return {right ? area.right() + 1 - width : area.x(), below ? area.bottom() + 1 - height : area.y(), width, height};
}

void TilePainter::paint(QPainter& painter, const QRect& tile, const StudyTile& study, const Look& look)
{
    const QPalette palette = paletteOf(painter);
    const QRect card = inner(tile);
    painter.setRenderHint(QPainter::Antialiasing);
    painter.setPen(Qt::NoPen);
    painter.setBrush(look.selected ? palette.color(QPalette::Highlight) : palette.color(QPalette::Button));
    painter.drawRoundedRect(card, 4, 4);
    const QFontMetrics font = painter.fontMetrics();
    const int line = font.height() + 4;
    paintHead(painter, {card.x() + padding, card.y(), card.width() - 2 * padding, line}, study, look);
    if (!study.note.isEmpty())
        paintNotes(painter, {card.x() + padding, card.bottom() + 1 - line, card.width() - 2 * padding, line}, study,
                   look);
    const QRect area = pictureArea(tile, !study.note.isEmpty(), font);
    painter.fillRect(area, Qt::black);
    for (int view = 0; view < 4; ++view) {
        const QRect place = cell(tile, study, view, font);
        const TilePicture& picture = study.pictures[static_cast<std::size_t>(view)];
        const QRectF whole = paintView(painter, place, picture, view % 2 == 0);
        if (view == study.best) {
            painter.setClipRect(place);
            if (const QRectF found = placeOn(picture, whole, study.found); !found.isEmpty())
                for (const auto& [colour, width] : {std::pair(rimColour, 3.0), std::pair(foundColour, 1.5)}) {
                    painter.setPen(QPen(colour, width));
                    painter.setBrush(Qt::NoBrush);
                    painter.drawRect(found.adjusted(-1, -1, 1, 1));
                }
            painter.setClipping(false);
            painter.setPen(QPen(foundColour, 2));
            painter.setBrush(Qt::NoBrush);
            painter.drawRect(QRectF(place).adjusted(1, 1, -1, -1));
        }
    }
    if (!look.current)
        return;
    painter.setPen(QPen(palette.color(QPalette::WindowText), 2, look.focused ? Qt::SolidLine : Qt::DotLine));
    painter.setBrush(Qt::NoBrush);
    painter.drawRoundedRect(QRectF(tile).adjusted(1.5, 1.5, -1.5, -1.5), 5, 5);
}

// The note, and in small type what other models say, as far as there is room.
void TilePainter::paintNotes(QPainter& painter, const QRect& line, const StudyTile& study, const Look& look)
{
    const QFont plain = painter.font();
    const QFontMetrics font = painter.fontMetrics();
    painter.setPen(paletteOf(painter).color(look.selected ? QPalette::HighlightedText : QPalette::ButtonText));
    painter.drawText(line, Qt::AlignVCenter | Qt::AlignLeft, font.elidedText(study.note, Qt::ElideRight, line.width()));
    const QRect rest = line.adjusted(font.horizontalAdvance(study.note) + 8, 0, 0, 0);
    if (study.others.isEmpty() || rest.width() < 5 * font.averageCharWidth())
        return;
    painter.setFont(smaller(plain));
    painter.drawText(rest, Qt::AlignVCenter | Qt::AlignRight,
                     painter.fontMetrics().elidedText(study.others, Qt::ElideMiddle, rest.width())); // the score stays
    painter.setFont(plain);
}

// Tick, title, and a dot for each tag.
void TilePainter::paintHead(QPainter& painter, const QRect& line, const StudyTile& study, const Look& look)
{
    const QPalette palette = paletteOf(painter);
    const QColor ink = palette.color(look.selected ? QPalette::HighlightedText : QPalette::ButtonText);
    int left = line.x(), right = line.right() + 1;
    if (look.selected) {
        const int size = painter.fontMetrics().height() - 4;
        paintTick(painter, QRectF(left, line.center().y() - size / 2.0, size, size), ink);
        left += size + 5;
    }
    const int dots = std::min(static_cast<int>(study.tags.size()), mostDots);
    for (int i = 0; i < dots; ++i) {
        right -= dot;
        painter.setPen(QPen(ink, 1));
        painter.setBrush(study.tags[static_cast<std::size_t>(dots - 1 - i)]);
        painter.drawEllipse(QRectF(right, line.center().y() - dot / 2.0, dot, dot).adjusted(0.5, 0.5, -0.5, -0.5));
        right -= 3;
    }
    if (static_cast<int>(study.tags.size()) > mostDots) {
        const QString more = QStringLiteral("+%1").arg(study.tags.size() - static_cast<std::size_t>(mostDots));
        right -= painter.fontMetrics().horizontalAdvance(more);
        painter.setPen(ink);
        painter.drawText(QRect(right, line.y(), line.right() + 1 - right, line.height()), Qt::AlignVCenter, more);
        right -= 3;
    }
    painter.setPen(ink);
    const QRect place(left, line.y(), std::max(right - 3 - left, 0), line.height());
    painter.drawText(place, Qt::AlignVCenter | Qt::AlignLeft, shownTitle(study, place.width(), painter.fontMetrics()));
}

QRectF TilePainter::paintView(QPainter& painter, const QRect& cell, const TilePicture& view, bool right)
{
    if (view.state != TilePicture::State::Ready || view.picture.isNull()) {
        paintWords(painter, cell, view);
        return {};
    }
    const int width = view.picture.width(), height = view.picture.height();
    const int wall =
        view.wall < 0 ? (right ? width : 0) : std::clamp(static_cast<int>(std::lround(view.wall * width)), 0, width);
    QRect part(right ? 0 : wall, 0, right ? wall : width - wall, height);
    if (part.width() < width / 8) // no breast could be that narrow
        part = view.picture.rect();
    const double scale =
        std::min(cell.width() / static_cast<double>(part.width()), cell.height() / static_cast<double>(height));
    const QSize size(std::max(1, static_cast<int>(part.width() * scale)),
                     std::max(1, static_cast<int>(height * scale)));
    const QRect place(right ? cell.right() + 1 - size.width() : cell.x(),
                      cell.y() + (cell.height() - size.height()) / 2, size.width(), size.height());
    painter.drawPixmap(place.topLeft(), scaled(view, part, size, painter.device()->devicePixelRatioF()));
    const double step = size.width() / static_cast<double>(part.width());
    return {place.x() - part.x() * step, static_cast<double>(place.y()), width * step,
            static_cast<double>(size.height())};
}

QRectF TilePainter::placeOn(const TilePicture& view, const QRectF& whole, const QRectF& stored)
{
    if (whole.isEmpty() || view.stored.isEmpty() || stored.isNull())
        return {};
    const double across = view.stored.width(), down = view.stored.height();
    const double left = view.mirrored ? across - stored.right() : stored.left(),
                 top = view.flipped ? down - stored.bottom() : stored.top();
    return {whole.x() + left / across * whole.width(), whole.y() + top / down * whole.height(),
            stored.width() / across * whole.width(), stored.height() / down * whole.height()};
}

// Side and view stand where the picture will be, or why there is none.
void TilePainter::paintWords(QPainter& painter, const QRect& cell, const TilePicture& view)
{
    const bool none = view.state == TilePicture::State::None;
    if (view.state == TilePicture::State::Missing)
        painter.fillRect(cell, missingGround);
    else if (view.state == TilePicture::State::Refused)
        painter.fillRect(cell, refusedGround);
    const QFont plain = painter.font();
    QFont small = smaller(plain);
    const int line = painter.fontMetrics().height();
    painter.setPen(none ? faintColour : wordColour);
    QRect first(cell.x() + 2, cell.center().y() - line, cell.width() - 4, line);
    painter.drawText(first, Qt::AlignCenter, view.name);
    painter.setFont(small);
    painter.drawText(first.translated(0, line), Qt::AlignCenter,
                     painter.fontMetrics().elidedText(word(view), Qt::ElideRight, first.width()));
    if (const QRect way = link(cell, QFontMetrics(plain));
        m_links && view.state == TilePicture::State::Missing && way.isValid()) {
        painter.drawText(first.translated(0, 2 * line), Qt::AlignCenter,
                         painter.fontMetrics().elidedText(view.reason, Qt::ElideLeft, first.width()));
        small.setUnderline(true);
        painter.setFont(small);
        painter.setPen(linkColour);
        painter.drawText(way, Qt::AlignCenter,
                         painter.fontMetrics().elidedText(tr("Re-link…"), Qt::ElideRight, way.width()));
    }
    painter.setFont(plain);
}

const QPixmap& TilePainter::scaled(const TilePicture& view, const QRect& part, const QSize& size, double ratio)
{
    const QSize pixels(static_cast<int>(std::lround(size.width() * ratio)),
                       static_cast<int>(std::lround(size.height() * ratio)));
    const Key key{view.picture.cacheKey(), pixels};
    if (const QPixmap* kept = m_scaled.object(key))
        return *kept;
    auto* made = new QPixmap(QPixmap::fromImage(resized(view.picture, part, pixels)));
    made->setDevicePixelRatio(ratio);
    m_scaled.insert(key, made, std::max(1, pixels.width() * pixels.height() * 4 / 1024));
    return *made;
}

} // namespace mama

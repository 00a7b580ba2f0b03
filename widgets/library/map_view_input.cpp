// Keys and mouse of the map.
#include "widgets/library/map_view.h"

#include <QApplication>
#include <QKeyEvent>
#include <QMouseEvent>
#include <QWheelEvent>
#include <algorithm>
#include <cmath>

namespace mama {
namespace {

constexpr double zoomStep = 1.25;

QPolygonF boxOf(const QPointF& a, const QPointF& b) { return QPolygonF(QRectF(a, b).normalized()); }

} // namespace

// The nearest point that way, sideways distance counting double, so that keys reach every one of a group.
void MapView::step(const QPointF& direction)
{
    const auto own = pointsOf(m_place->current());
    const QPointF from = own.empty() ? QPointF(width() / 2.0, height() / 2.0) : placeOf(own.front());
    double nearest = INFINITY;
    int row = -1;
    for (std::size_t point = 0; point < m_rows.size(); ++point) {
        const int each = m_rows[point];
        if (each < 0)
            continue;
        const QPointF way = placeOf(point) - from;
        const double along = QPointF::dotProduct(way, direction),
                     aside = std::abs(way.x() * direction.y() - way.y() * direction.x()), cost = along + 2 * aside;
        if (along > 0 && aside <= 2 * along && each != m_place->current() && cost < nearest) {
            nearest = cost;
            row = each;
        }
    }
    if (row < 0)
        return;
    m_place->setCurrent(row);
    const QPointF at = placeOf(pointsOf(row).front());
    if (!rect().adjusted(12, 12, -12, -12).contains(at.toPoint()))
        panBy(QPointF(width() / 2.0, height() / 2.0) - at);
}

bool MapView::act(QKeyEvent* event)
{
    const QPointF middle(width() / 2.0, height() / 2.0);
    switch (event->key()) {
    case Qt::Key_Left: step({-1, 0}); return true;
    case Qt::Key_Right: step({1, 0}); return true;
    case Qt::Key_Up: step({0, -1}); return true;
    case Qt::Key_Down: step({0, 1}); return true;
    case Qt::Key_Space: m_place->toggle(); return true;
    case Qt::Key_Return:
    case Qt::Key_Enter:
        if (m_place->current() >= 0)
            Q_EMIT opened(m_place->current());
        return true;
    case Qt::Key_Plus:
    case Qt::Key_Equal: zoomBy(zoomStep, middle); return true;
    case Qt::Key_Minus: zoomBy(1 / zoomStep, middle); return true;
    case Qt::Key_0: fit(); return true;
    case Qt::Key_Escape:
        if (m_isDragging) {
            endDrag();
            return true;
        }
        if (m_place->selected() == 0)
            return false;
        m_place->selectNone();
        return true;
    default: return false;
    }
}

void MapView::keyPressEvent(QKeyEvent* event)
{
    if (event->matches(QKeySequence::SelectAll))
        m_place->selectAll();
    else if ((event->modifiers() & (Qt::AltModifier | Qt::MetaModifier | Qt::ControlModifier)) || !act(event))
        event->ignore();
}

void MapView::wheelEvent(QWheelEvent* event)
{
    zoomBy(std::pow(zoomStep, event->angleDelta().y() / 120.0), event->position());
    hover(pointAt(event->position()));
    event->accept();
}

void MapView::mousePressEvent(QMouseEvent* event)
{
    if (event->button() == Qt::RightButton)
        return;
    m_isPressed = true;
    m_pressed = m_last = event->position();
    m_isPanning = event->button() == Qt::MiddleButton || m_tool == Tool::Pan;
    m_band = QPolygonF{event->position()};
}

void MapView::mouseMoveEvent(QMouseEvent* event)
{
    const QPointF at = event->position();
    if (!m_isPressed)
        return hover(pointAt(at));
    if (!m_isDragging && (at - m_pressed).manhattanLength() < QApplication::startDragDistance())
        return;
    m_isDragging = true;
    if (m_isPanning)
        panBy(at - m_last);
    else if (m_tool == Tool::Rectangle)
        m_band = boxOf(m_pressed, at);
    else
        m_band << at;
    m_last = at;
    update();
}

void MapView::mouseReleaseEvent(QMouseEvent* event)
{
    if (!m_isPressed)
        return;
    const bool dragged = m_isDragging, panned = m_isPanning;
    const QPolygonF band = m_band;
    endDrag();
    if (panned)
        return;
    if (dragged)
        return select(band, event->modifiers());
    const int point = pointAt(event->position());
    if (point >= 0 && m_choosesPoints && event->modifiers().testFlag(Qt::ControlModifier)) {
        std::vector<bool> chosen(m_rows.size());
        for (std::size_t i = 0; i < chosen.size(); ++i)
            chosen[i] = isListedAndChosen(i);
        chosen[static_cast<std::size_t>(point)].flip();
        choose(std::move(chosen));
        m_place->setCurrent(m_rows[static_cast<std::size_t>(point)]);
    } else if (point >= 0)
        m_place->press(m_rows[static_cast<std::size_t>(point)], event->modifiers() & Qt::ControlModifier);
    else if (!(event->modifiers() & (Qt::ControlModifier | Qt::ShiftModifier)))
        m_place->selectNone();
}

void MapView::endDrag()
{
    m_isPressed = m_isDragging = m_isPanning = false;
    m_band.clear();
    update();
}

void MapView::mouseDoubleClickEvent(QMouseEvent* event)
{
    const int point = pointAt(event->position());
    if (event->button() == Qt::LeftButton && point >= 0)
        Q_EMIT opened(m_rows[static_cast<std::size_t>(point)]);
}

bool MapView::event(QEvent* event)
{
    if (event->type() == QEvent::Leave)
        hover(-1);
    return QWidget::event(event);
}

// The middle stays in the middle; what was all in view stays so.
void MapView::resizeEvent(QResizeEvent* event)
{
    const QSize old = event->oldSize();
    if (old.isEmpty() || m_isWhole)
        return fit();
    m_scale *= std::min(width() / double(old.width()), height() / double(old.height()));
    repaintAll();
}

void MapView::changeEvent(QEvent* event)
{
    QWidget::changeEvent(event);
    if (event->type() == QEvent::PaletteChange)
        repaintAll();
}

void MapView::focusInEvent(QFocusEvent* event)
{
    QWidget::focusInEvent(event);
    update();
}

void MapView::focusOutEvent(QFocusEvent* event)
{
    QWidget::focusOutEvent(event);
    update();
}

} // namespace mama

// Keys and mouse of the grid.
#include "widgets/library/study_grid.h"

#include "widgets/library/tile_painter.h"

#include <QApplication>
#include <QContextMenuEvent>
#include <QKeyEvent>
#include <QMouseEvent>
#include <QScrollBar>
#include <QWheelEvent>
#include <algorithm>

namespace mama {
namespace {

constexpr double zoomStep = 1.15;
constexpr int scrollInterval = 30; // ms, while a rubber band is drawn beyond the edge

} // namespace

// How many rows a key moves by; 0: it is none of these, or there is nothing further that way.
int StudyGrid::steps(int key) const
{
    const int row = m_place->current(), rows = m_place->rows(), columns = m_layout.columns;
    const auto lines = [&](int count) {
        if (count < 0)
            return -std::min(-count, row / columns) * columns;
        const int below = (rows - 1) / columns - row / columns;
        return std::min(std::min(count, below) * columns, rows - 1 - row);
    };
    switch (key) {
    case Qt::Key_Left: return row > 0 ? -1 : 0;
    case Qt::Key_Right: return row < rows - 1 ? 1 : 0;
    case Qt::Key_Up: return lines(-1);
    case Qt::Key_Down: return lines(1);
    case Qt::Key_PageUp: return lines(-linesShown());
    case Qt::Key_PageDown: return lines(linesShown());
    case Qt::Key_Home: return -row;
    case Qt::Key_End: return rows - 1 - row;
    default: return 0;
    }
}

bool StudyGrid::act(QKeyEvent* event)
{
    switch (event->key()) {
    case Qt::Key_Left:
    case Qt::Key_Right:
    case Qt::Key_Up:
    case Qt::Key_Down:
    case Qt::Key_PageUp:
    case Qt::Key_PageDown:
    case Qt::Key_Home:
    case Qt::Key_End:
        if (event->modifiers() & (Qt::AltModifier | Qt::MetaModifier))
            return false;
        m_place->move(steps(event->key()), event->modifiers().testFlag(Qt::ShiftModifier));
        showRow(m_place->current());
        return true;
    case Qt::Key_Space: m_place->toggle(); return true;
    case Qt::Key_Return:
    case Qt::Key_Enter:
        if (m_place->current() >= 0)
            Q_EMIT opened(m_place->current());
        return true;
    case Qt::Key_Escape:
        if (m_dragging) {
            m_place->select(m_before);
            endDrag();
            return true;
        }
        if (m_place->selected() == 0)
            return false;
        m_place->selectNone();
        return true;
    case Qt::Key_Plus:
    case Qt::Key_Equal: zoomTo(static_cast<int>(m_zoom * zoomStep)); return true;
    case Qt::Key_Minus: zoomTo(static_cast<int>(m_zoom / zoomStep)); return true;
    default: return false;
    }
}

void StudyGrid::keyPressEvent(QKeyEvent* event)
{
    if (event->matches(QKeySequence::SelectAll))
        m_place->selectAll();
    else if (!act(event))
        event->ignore();
}

void StudyGrid::zoomTo(int width)
{
    const int before = m_zoom;
    setZoom(width);
    if (m_zoom != before)
        Q_EMIT zoomed(m_zoom);
}

void StudyGrid::wheelEvent(QWheelEvent* event)
{
    if (!event->modifiers().testFlag(Qt::ControlModifier))
        return QAbstractScrollArea::wheelEvent(event);
    m_wheel += event->angleDelta().y();
    if (const int notches = m_wheel / 120; notches != 0) {
        m_wheel -= 120 * notches;
        zoomTo(notches > 0 ? static_cast<int>(m_zoom * zoomStep) : static_cast<int>(m_zoom / zoomStep));
    }
    event->accept();
}

void StudyGrid::mousePressEvent(QMouseEvent* event)
{
    if (event->button() != Qt::LeftButton)
        return;
    const int row = rowAt(event->pos());
    if (row >= 0)
        m_place->press(row, event->modifiers());
    else if (!(event->modifiers() & (Qt::ControlModifier | Qt::ShiftModifier)))
        m_place->selectNone();
    m_pressed = event->pos() + QPoint(0, verticalScrollBar()->value());
    m_adding = event->modifiers().testFlag(Qt::ControlModifier);
}

void StudyGrid::mouseMoveEvent(QMouseEvent* event)
{
    if (event->buttons() == Qt::NoButton)
        hover(rowAt(event->pos()));
    if (m_pressed.x() < 0 || !(event->buttons() & Qt::LeftButton))
        return;
    const QPoint moved = event->pos() + QPoint(0, verticalScrollBar()->value()) - m_pressed;
    if (!m_dragging && moved.manhattanLength() < QApplication::startDragDistance())
        return;
    if (!m_dragging) {
        m_dragging = true;
        m_before.assign(static_cast<std::size_t>(m_place->rows()), false);
        for (int row = 0; m_adding && row < m_place->rows(); ++row)
            m_before[static_cast<std::size_t>(row)] = m_place->isSelected(row);
    }
    drag(event->pos());
    const bool beyond = event->pos().y() < 0 || event->pos().y() >= viewport()->height();
    beyond ? m_scrolling.start(scrollInterval, this) : m_scrolling.stop();
}

// What the rubber band touches is selected.
void StudyGrid::drag(const QPoint& at)
{
    m_band = QRect(m_pressed, at + QPoint(0, verticalScrollBar()->value())).normalized();
    std::vector<bool> selected = m_before;
    const int spare = (viewport()->width() - m_layout.columns * m_layout.width) / 2;
    const auto column = [&](int x) { return std::clamp((x - spare) / m_layout.width, 0, m_layout.columns - 1); };
    const int firstLine = std::max(0, m_band.top()) / m_layout.height,
              lastLine = std::min(m_band.bottom() / m_layout.height, m_layout.lines - 1);
    for (int line = firstLine; line <= lastLine; ++line)
        for (int each = column(m_band.left()); each <= column(m_band.right()); ++each)
            if (const auto row = static_cast<std::size_t>(line * m_layout.columns + each); row < selected.size())
                selected[row] = true;
    m_place->select(std::move(selected));
    viewport()->update();
}

void StudyGrid::timerEvent(QTimerEvent* event)
{
    if (event->timerId() != m_scrolling.timerId())
        return QAbstractScrollArea::timerEvent(event);
    const QPoint at = viewport()->mapFromGlobal(QCursor::pos());
    QScrollBar* bar = verticalScrollBar();
    bar->setValue(bar->value() + (at.y() < 0 ? at.y() : std::max(0, at.y() - viewport()->height())));
    drag(at);
}

void StudyGrid::endDrag()
{
    m_scrolling.stop();
    m_pressed = {-1, -1};
    if (std::exchange(m_dragging, false))
        viewport()->update();
}

bool StudyGrid::isLink(const QPoint& at) const
{
    const int row = rowAt(at);
    if (row < 0 || !m_source)
        return false;
    const StudyTile tile = m_source(row);
    for (int view = 0; view < 4; ++view)
        if (const QRect cell = TilePainter::cell(tileRect(row), tile, view, fontMetrics());
            tile.pictures[static_cast<std::size_t>(view)].state == TilePicture::State::Missing &&
            TilePainter::link(cell, fontMetrics()).contains(at))
            return true;
    return false;
}

void StudyGrid::mouseReleaseEvent(QMouseEvent* event)
{
    if (event->button() != Qt::LeftButton)
        return;
    const bool clicked = !m_dragging && m_pressed.x() >= 0 && isLink(event->pos()) &&
                         isLink(m_pressed - QPoint(0, verticalScrollBar()->value()));
    endDrag();
    if (clicked)
        Q_EMIT relinkAsked();
}

void StudyGrid::mouseDoubleClickEvent(QMouseEvent* event)
{
    const int row = rowAt(event->pos());
    if (event->button() == Qt::LeftButton && row >= 0)
        Q_EMIT opened(row);
}

} // namespace mama

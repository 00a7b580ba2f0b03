#include "widgets/library/study_grid.h"

#include "widgets/library/tile_painter.h"
#include "widgets/look/shown_text.h"

#include <QAccessibleWidget>
#include <QHelpEvent>
#include <QPaintEvent>
#include <QScrollBar>
#include <QStyleOptionRubberBand>
#include <QToolTip>
#include <algorithm>
#include <cmath>

namespace mama {
namespace {

// A list whose value is the study that it stands on.
class GridAccessible : public QAccessibleWidget
{
public:
    explicit GridAccessible(StudyGrid* grid) : QAccessibleWidget(grid, QAccessible::List) {}
    QString text(QAccessible::Text what) const override
    {
        const auto* grid = qobject_cast<const StudyGrid*>(object());
        return what == QAccessible::Value && grid ? grid->describe(grid->place()->current())
                                                  : QAccessibleWidget::text(what);
    }
};

QAccessibleInterface* makeAccessible(const QString&, QObject* object)
{
    auto* grid = qobject_cast<StudyGrid*>(object);
    return grid ? new GridAccessible(grid) : nullptr;
}

} // namespace

StudyGrid::StudyGrid(StudyPlace* place, QWidget* parent)
    : QAbstractScrollArea(parent), m_place(place), m_painter(std::make_unique<TilePainter>(48, true))
{
    QAccessible::installFactory(makeAccessible); // the same one twice is one
    setFocusPolicy(Qt::StrongFocus);
    setFrameShape(QFrame::NoFrame);
    setAccessibleName(tr("Studies"));
    setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    setVerticalScrollBarPolicy(Qt::ScrollBarAlwaysOn); // so that it never narrows the tiles by appearing
    viewport()->setBackgroundRole(QPalette::Window);
    viewport()->setMouseTracking(true);
    connect(place, &StudyPlace::rowsChanged, this, &StudyGrid::takeRows);
    connect(place, &StudyPlace::currentChanged, this, &StudyGrid::takeCurrent);
    connect(place, &StudyPlace::selectionChanged, viewport(), qOverload<>(&QWidget::update));
    takeRows();
}

StudyGrid::~StudyGrid() = default;

void StudyGrid::setSource(std::function<StudyTile(int)> source)
{
    m_source = std::move(source);
    refresh();
}

void StudyGrid::refresh() { viewport()->update(); }

void StudyGrid::refresh(int row) { updateTile(row); }

void StudyGrid::setZoom(int width)
{
    width = std::clamp(width, leastZoom, mostZoom);
    if (width == m_zoom)
        return;
    m_zoom = width;
    layOutAround(isShown(m_current) ? m_current : m_shown.first);
}

// As many columns as fit; lines so high that a whole number of them fills the height, where that makes them no more
// than a quarter higher or lower than they are wide.
void StudyGrid::layOut()
{
    const QSize size = viewport()->size();
    m_layout.columns = std::max(1, size.width() / m_zoom);
    m_layout.width = std::max(leastZoom / 2, size.width() / m_layout.columns);
    const int lines = std::max(1, static_cast<int>(std::lround(size.height() / static_cast<double>(m_layout.width))));
    m_layout.height = std::clamp(size.height() / lines, m_layout.width * 3 / 4, m_layout.width * 5 / 4);
    m_layout.lines = (m_place->rows() + m_layout.columns - 1) / m_layout.columns;
    QScrollBar* bar = verticalScrollBar();
    bar->setPageStep(std::max(m_layout.height, size.height() - m_layout.height / 4));
    bar->setSingleStep(std::max(1, m_layout.height / 3));
    bar->setRange(0, std::max(0, m_layout.lines * m_layout.height - size.height()));
    viewport()->update();
}

// A row keeps its height on screen while tiles come to be larger or smaller.
void StudyGrid::layOutAround(int row)
{
    const int before = isShown(row) ? tileRect(row).y() : 0;
    m_placing = true;
    layOut();
    if (row >= 0 && row < m_place->rows())
        verticalScrollBar()->setValue(row / m_layout.columns * m_layout.height - before);
    if (isShown(m_current))
        showRow(m_current);
    m_placing = false;
    tellShown();
}

// Another list: the study that the curator stands on stays where it was on screen.
void StudyGrid::takeRows()
{
    endDrag();
    const QRect old = m_current >= 0 ? tileRect(m_current) : QRect();
    const bool wasShown = old.intersects(viewport()->rect());
    m_current = m_place->current();
    hover(-1);
    m_placing = true;
    layOut();
    if (wasShown && m_current >= 0) {
        verticalScrollBar()->setValue(m_current / m_layout.columns * m_layout.height - old.y());
        showRow(m_current);
    }
    m_placing = false;
    m_shown = {0, -1};
    tellShown();
}

void StudyGrid::takeCurrent(int row)
{
    if (row == m_current)
        return updateTile(row);
    updateTile(m_current);
    m_current = row;
    showRow(row);
    updateTile(row);
    QAccessibleValueChangeEvent told(this, describe(row));
    QAccessible::updateAccessibility(&told);
}

QString StudyGrid::describe(int row) const
{
    if (row < 0 || row >= m_place->rows() || !m_source)
        return tr("no study");
    const StudyTile tile = m_source(row);
    QString text = tr("%1, %2 of %3").arg(tile.wholeTitle()).arg(row + 1).arg(m_place->rows());
    if (!tile.note.isEmpty())
        text += QStringLiteral(", ") + tile.note;
    if (!tile.others.isEmpty())
        text += QStringLiteral(", ") + tile.others;
    if (m_place->isSelected(row))
        text += tr(", selected");
    return text;
}

QRect StudyGrid::tileRect(int row) const
{
    const int spare = (viewport()->width() - m_layout.columns * m_layout.width) / 2;
    return {spare + row % m_layout.columns * m_layout.width,
            row / m_layout.columns * m_layout.height - verticalScrollBar()->value(), m_layout.width, m_layout.height};
}

int StudyGrid::rowAt(const QPoint& at) const
{
    const int spare = (viewport()->width() - m_layout.columns * m_layout.width) / 2;
    const int column = at.x() < spare ? -1 : (at.x() - spare) / m_layout.width;
    const int y = at.y() + verticalScrollBar()->value();
    const int row = y / m_layout.height * m_layout.columns + column;
    return column < 0 || column >= m_layout.columns || y < 0 || row >= m_place->rows() ? -1 : row;
}

int StudyGrid::linesShown() const { return std::max(1, viewport()->height() / m_layout.height); }

std::pair<int, int> StudyGrid::shown() const
{
    const int top = verticalScrollBar()->value();
    const int last = (top + viewport()->height() - 1) / m_layout.height;
    return {top / m_layout.height * m_layout.columns, std::min(m_place->rows(), (last + 1) * m_layout.columns) - 1};
}

bool StudyGrid::isShown(int row) const
{
    return row >= 0 && row < m_place->rows() && tileRect(row).intersects(viewport()->rect());
}

void StudyGrid::showRow(int row)
{
    if (row < 0 || row >= m_place->rows())
        return;
    QScrollBar* bar = verticalScrollBar();
    const QRect tile = tileRect(row);
    if (tile.y() < 0)
        bar->setValue(bar->value() + tile.y());
    else if (const int below = tile.bottom() + 1 - viewport()->height(); below > 0)
        bar->setValue(bar->value() + std::min(below, tile.y()));
}

void StudyGrid::tellShown()
{
    const auto now = shown();
    if (m_placing || now == m_shown)
        return;
    m_shown = now;
    Q_EMIT shownChanged(now.first, now.second);
}

void StudyGrid::updateTile(int row)
{
    if (row >= 0 && row < m_place->rows())
        viewport()->update(tileRect(row));
}

void StudyGrid::paintEvent(QPaintEvent* event)
{
    QPainter painter(viewport());
    painter.fillRect(event->rect(), palette().color(QPalette::Window));
    if (!m_source)
        return;
    const auto [first, last] = shown();
    for (int row = first; row <= last; ++row) {
        const QRect tile = tileRect(row);
        if (event->region().intersects(tile))
            m_painter->paint(painter, tile, m_source(row),
                             {m_place->isSelected(row), row == m_place->current(), hasFocus()});
        if (row == m_hovered) {
            painter.setPen(QPen(palette().color(QPalette::WindowText), 2));
            painter.drawRect(tile.adjusted(2, 2, -2, -2));
        }
    }
    if (m_dragging)
        paintBand(painter);
}

void StudyGrid::paintBand(QPainter& painter)
{
    QStyleOptionRubberBand option;
    option.initFrom(viewport());
    option.shape = QRubberBand::Rectangle;
    option.rect = m_band.translated(0, -verticalScrollBar()->value());
    style()->drawControl(QStyle::CE_RubberBand, &option, &painter, viewport());
}

void StudyGrid::resizeEvent(QResizeEvent*) { layOutAround(isShown(m_current) ? m_current : m_shown.first); }

void StudyGrid::scrollContentsBy(int, int dy)
{
    m_dragging ? viewport()->update() : viewport()->scroll(0, dy);
    tellShown();
}

void StudyGrid::focusInEvent(QFocusEvent* event)
{
    QAbstractScrollArea::focusInEvent(event);
    updateTile(m_current);
}

void StudyGrid::focusOutEvent(QFocusEvent* event)
{
    QAbstractScrollArea::focusOutEvent(event);
    updateTile(m_current);
}

void StudyGrid::changeEvent(QEvent* event)
{
    QAbstractScrollArea::changeEvent(event);
    if (event->type() == QEvent::FontChange || event->type() == QEvent::StyleChange)
        layOut();
}

void StudyGrid::setHovered(int row)
{
    updateTile(std::exchange(m_hovered, row));
    updateTile(row);
}

void StudyGrid::hover(int row)
{
    if (std::exchange(m_under, row) != row)
        Q_EMIT hovered(row);
}

bool StudyGrid::viewportEvent(QEvent* event)
{
    if (event->type() == QEvent::Leave)
        hover(-1);
    if (event->type() == QEvent::ToolTip) {
        const auto* help = static_cast<QHelpEvent*>(event);
        showTip(help->pos(), help->globalPos());
        return true;
    }
    return QAbstractScrollArea::viewportEvent(event);
}

// The title in full, and why a picture is not there.
void StudyGrid::showTip(const QPoint& at, const QPoint& global)
{
    const int row = rowAt(at);
    if (row < 0 || !m_source)
        return QToolTip::hideText();
    const StudyTile tile = m_source(row);
    const QRect place = tileRect(row);
    QString text = tile.wholeTitle();
    if (!tile.note.isEmpty())
        text += QLatin1Char('\n') + tile.note;
    if (!tile.others.isEmpty())
        text += QLatin1Char('\n') + tile.others;
    for (int view = 0; view < 4; ++view) {
        const TilePicture& picture = tile.pictures[static_cast<std::size_t>(view)];
        if (!TilePainter::cell(place, tile, view, fontMetrics()).contains(at))
            continue;
        text += QLatin1Char('\n') + picture.name;
        if (const QString word = TilePainter::word(picture); !word.isEmpty())
            text += QStringLiteral(": ") + word;
        if (!picture.reason.isEmpty())
            text += QLatin1Char('\n') + picture.reason;
    }
    QToolTip::showText(global, plainTip(text), viewport(), place);
}

} // namespace mama

#include "widgets/library/study_table.h"

#include <QContextMenuEvent>
#include <QHeaderView>
#include <QKeyEvent>
#include <QMouseEvent>
#include <QPainter>
#include <QScrollBar>
#include <QStyledItemDelegate>
#include <algorithm>

namespace mama {
namespace {

// Cells of selected rows look selected; which those are the place knows, not the view.
class RowDelegate : public QStyledItemDelegate
{
public:
    explicit RowDelegate(StudyTable* table) : QStyledItemDelegate(table), m_table(table) {}

protected:
    void initStyleOption(QStyleOptionViewItem* option, const QModelIndex& index) const override
    {
        QStyledItemDelegate::initStyleOption(option, index);
        const bool there = index.row() < m_table->place()->rows();
        option->state.setFlag(QStyle::State_Selected, there && m_table->place()->isSelected(index.row()));
        option->state.setFlag(QStyle::State_HasFocus, false);
        if (option->displayAlignment.testFlag(Qt::AlignRight))
            option->text += QStringLiteral("  "); // away from the words of the next column
    }

private:
    const StudyTable* m_table;
};

} // namespace

StudyTable::StudyTable(StudyPlace* place, QWidget* parent)
    : QTableView(parent), m_place(place), m_model(new StudyTableModel(place, this))
{
    setModel(m_model);
    setItemDelegate(new RowDelegate(this));
    setSelectionMode(NoSelection); // the place has the selection
    setAutoScroll(false);
    setAlternatingRowColors(true);
    setShowGrid(false);
    setWordWrap(false);
    setTabKeyNavigation(false);
    setFrameShape(QFrame::NoFrame);
    setAccessibleName(tr("Studies"));
    setHorizontalScrollMode(ScrollPerPixel);
    setVerticalScrollMode(ScrollPerPixel);
    verticalHeader()->setSectionResizeMode(QHeaderView::Fixed);
    verticalHeader()->setDefaultSectionSize(fontMetrics().height() + 8);
    verticalHeader()->setHighlightSections(false);
    verticalHeader()->setSectionsClickable(false);
    buildHeader();
    connect(place, &StudyPlace::rowsChanged, this, &StudyTable::takeRows); // after the model's own
    connect(place, &StudyPlace::currentChanged, this, &StudyTable::takeCurrent);
    connect(place, &StudyPlace::selectionChanged, viewport(), qOverload<>(&QWidget::update));
    connect(place, &StudyPlace::selectionChanged, verticalHeader()->viewport(), qOverload<>(&QWidget::update));
    takeRows();
}

void StudyTable::buildHeader()
{
    QHeaderView* header = horizontalHeader();
    header->setSectionsMovable(true);
    header->setSectionsClickable(true);
    header->setHighlightSections(false);
    header->setSortIndicatorShown(false);
    header->setDefaultAlignment(Qt::AlignLeft | Qt::AlignVCenter);
    header->setContextMenuPolicy(Qt::CustomContextMenu);
    connect(header, &QHeaderView::sectionClicked, this, &StudyTable::askSorting);
    connect(header, &QWidget::customContextMenuRequested, this, &StudyTable::showHeaderMenu);
    const auto changed = [this] {
        if (!m_restoring)
            Q_EMIT columnsChanged();
    };
    connect(header, &QHeaderView::sectionMoved, this, changed);
    connect(header, &QHeaderView::sectionResized, this, changed);
}

void StudyTable::setColumns(std::vector<StudyTableColumn> columns, StudyTableModel::Text text,
                            StudyTableModel::Text tip)
{
    m_restoring = true;
    m_model->setColumns(std::move(columns), std::move(text), std::move(tip));
    for (int i = 0; i < m_model->columnCount(); ++i) {
        const StudyTableColumn& column = m_model->columns()[static_cast<std::size_t>(i)];
        setColumnHidden(i, column.hidden);
        if (!column.hidden)
            setColumnWidth(i, column.width);
        horizontalHeader()->moveSection(horizontalHeader()->visualIndex(i), i);
    }
    m_restoring = false;
    setSorting(m_sorted, m_order);
    takeRows();
}

void StudyTable::refresh()
{
    m_model->refresh();
    viewport()->update();
}

void StudyTable::setSorting(const QString& column, Qt::SortOrder order)
{
    m_sorted = column;
    m_order = order;
    const auto& columns = m_model->columns();
    const auto found =
        std::find_if(columns.begin(), columns.end(), [&](const auto& each) { return each.id == column; });
    horizontalHeader()->setSortIndicatorShown(found != columns.end());
    if (found != columns.end())
        horizontalHeader()->setSortIndicator(static_cast<int>(found - columns.begin()), order);
}

// The same column again turns the order.
void StudyTable::askSorting(int section)
{
    const StudyTableColumn& column = m_model->columns()[static_cast<std::size_t>(section)];
    const bool highest = column.id == m_sorted ? m_order == Qt::AscendingOrder : column.highestFirst;
    setSorting(QString(column.id), highest ? Qt::DescendingOrder : Qt::AscendingOrder);
    Q_EMIT sortAsked(m_sorted, m_order);
}

// Another list: the row that the curator stands on stays where it was on screen.
void StudyTable::takeRows()
{
    const int height = verticalHeader()->defaultSectionSize(), old = m_current * height - verticalScrollBar()->value();
    const bool wasShown = isVisible() && m_current >= 0 && old > -height && old < viewport()->height();
    m_current = m_place->current();
    verticalHeader()->setFixedWidth(
        fontMetrics().horizontalAdvance(QStringLiteral("\u2713 ") + QString::number(std::max(99, m_place->rows()))) +
        12);
    updateGeometries();
    if (m_current >= 0 && m_model->columnCount() > 0) {
        setCurrentIndex(m_model->index(m_current, std::max(0, horizontalHeader()->logicalIndexAt(0))));
        if (wasShown)
            verticalScrollBar()->setValue(m_current * height - old);
    }
    viewport()->update();
}

void StudyTable::takeCurrent(int row)
{
    const bool same = row == m_current;
    m_current = row;
    if (row < 0 || row >= m_model->rowCount() || m_model->columnCount() == 0)
        return;
    const QModelIndex now = m_model->index(row, std::max(0, currentIndex().column()));
    setCurrentIndex(now);
    if (!same && isVisible())
        scrollTo(now);
    viewport()->update();
}

// What became current while another widget stood here.
void StudyTable::showEvent(QShowEvent* event)
{
    QTableView::showEvent(event);
    if (currentIndex().isValid())
        scrollTo(currentIndex());
}

// The current row has a frame, dotted while another widget has the keys.
void StudyTable::paintEvent(QPaintEvent* event)
{
    QTableView::paintEvent(event);
    const int row = m_place->current();
    if (row < 0)
        return;
    QPainter painter(viewport());
    painter.setPen(QPen(palette().color(QPalette::WindowText), 2, hasFocus() ? Qt::SolidLine : Qt::DotLine));
    const int width = std::min(viewport()->width(), horizontalHeader()->length() - horizontalHeader()->offset());
    painter.drawRect(QRectF(0, rowViewportPosition(row), width, rowHeight(row)).adjusted(1, 1, -1, -1));
}

int StudyTable::steps(int key) const
{
    const int page = std::max(1, viewport()->height() / verticalHeader()->defaultSectionSize() - 1);
    switch (key) {
    case Qt::Key_Up: return -1;
    case Qt::Key_Down: return 1;
    case Qt::Key_PageUp: return -page;
    case Qt::Key_PageDown: return page;
    case Qt::Key_Home: return -m_place->rows();
    case Qt::Key_End: return m_place->rows();
    default: return 0;
    }
}

void StudyTable::keyPressEvent(QKeyEvent* event)
{
    const int key = event->key();
    if (const int by = steps(key); by != 0 && !(event->modifiers() & (Qt::AltModifier | Qt::MetaModifier))) {
        m_place->move(by, event->modifiers().testFlag(Qt::ShiftModifier));
        scrollTo(currentIndex());
    } else if (event->matches(QKeySequence::SelectAll)) {
        m_place->selectAll();
    } else if (key == Qt::Key_Space) {
        m_place->toggle();
    } else if ((key == Qt::Key_Return || key == Qt::Key_Enter) && m_place->current() >= 0) {
        Q_EMIT opened(m_place->current());
    } else if (key == Qt::Key_Escape && m_place->selected() > 0) {
        m_place->selectNone();
    } else if (key == Qt::Key_Left || key == Qt::Key_Right) {
        QScrollBar* bar = horizontalScrollBar();
        bar->setValue(bar->value() + (key == Qt::Key_Left ? -40 : 40));
    } else {
        event->ignore();
    }
}

void StudyTable::mousePressEvent(QMouseEvent* event)
{
    const int row = rowAt(event->pos().y());
    if (event->button() != Qt::LeftButton)
        return;
    m_pressed = row;
    if (row >= 0)
        m_place->press(row, event->modifiers());
    else if (!(event->modifiers() & (Qt::ControlModifier | Qt::ShiftModifier)))
        m_place->selectNone();
}

// With the button held a range is selected.
void StudyTable::mouseMoveEvent(QMouseEvent* event)
{
    const int row = rowAt(event->pos().y());
    if (m_pressed >= 0 && (event->buttons() & Qt::LeftButton) && row >= 0 && row != m_place->current())
        m_place->press(row, Qt::ShiftModifier);
}

void StudyTable::mouseReleaseEvent(QMouseEvent*) { m_pressed = -1; }

void StudyTable::mouseDoubleClickEvent(QMouseEvent* event)
{
    const int row = rowAt(event->pos().y());
    if (event->button() == Qt::LeftButton && row >= 0)
        Q_EMIT opened(row);
}

} // namespace mama

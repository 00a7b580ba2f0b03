#include "widgets/panels/score_delegate.h"

#include "widgets/panels/score_table.h"

#include <QApplication>
#include <QPainter>
#include <QTableView>

namespace mama {
namespace {

constexpr int margin = 4;
constexpr int wrapped = Qt::AlignLeft | Qt::AlignTop | Qt::TextWordWrap;

QString sentenceOf(const QModelIndex& index)
{
    return index.siblingAtColumn(ScoreTable::sentenceColumn).data().toString();
}

} // namespace

ScoreDelegate::ScoreDelegate(QTableView* table) : QStyledItemDelegate(table), m_table(table) {}

void ScoreDelegate::paint(QPainter* painter, const QStyleOptionViewItem& option, const QModelIndex& index) const
{
    QStyleOptionViewItem cell = option;
    initStyleOption(&cell, index);
    const QString number = cell.text;
    cell.text.clear();
    QApplication::style()->drawControl(QStyle::CE_ItemViewItem, &cell, painter, m_table); // the ground alone
    const bool selected = cell.state & QStyle::State_Selected, active = cell.state & QStyle::State_Active;
    painter->save();
    painter->setClipRect(cell.rect, Qt::IntersectClip);
    painter->setPen(cell.palette.color(active ? QPalette::Active : QPalette::Inactive,
                                       selected ? QPalette::HighlightedText : QPalette::Text));
    painter->setFont(m_table->font());
    painter->drawText(
        QRect(margin, cell.rect.top() + margin, m_table->viewport()->width() - 2 * margin, cell.rect.height()), wrapped,
        sentenceOf(index));
    painter->setFont(cell.font);
    painter->drawText(cell.rect.adjusted(0, 0, -margin, -margin), Qt::AlignRight | Qt::AlignBottom, number);
    painter->restore();
}

QSize ScoreDelegate::sizeHint(const QStyleOptionViewItem& option, const QModelIndex& index) const
{
    const QFontMetrics metrics(m_table->font());
    QFont strong = option.font;
    strong.setBold(true);
    const QRect room(0, 0, m_table->viewport()->width() - 2 * margin, QWIDGETSIZE_MAX);
    return {QFontMetrics(strong).horizontalAdvance(QStringLiteral("-0.000")) + margin,
            metrics.boundingRect(room, wrapped, sentenceOf(index)).height() + metrics.height() + 2 * margin + 2};
}

} // namespace mama

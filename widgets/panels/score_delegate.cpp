#include "widgets/panels/score_delegate.h"

#include "widgets/look/tone.h"
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

QString noteOf(const QModelIndex& index) { return index.data(ScoreTable::noteRole).toString(); }

QFont smaller(QFont font)
{
    font.setPointSizeF(font.pointSizeF() * 0.85);
    return font;
}

// Below the numbers of a row that has any rank; 0 for other rows.
int rankHeight(const QModelIndex& index, const QFont& font)
{
    const QAbstractItemModel& table = *index.model();
    for (int column = ScoreTable::firstImage; column < table.columnCount(); ++column)
        if (!index.siblingAtColumn(column).data(ScoreTable::rankRole).toString().isEmpty())
            return 2 * QFontMetrics(smaller(font)).height();
    return 0;
}

int heightOf(const QString& text, const QFontMetrics& metrics, int width)
{
    return text.isEmpty() ? 0 : metrics.boundingRect(QRect(0, 0, width, QWIDGETSIZE_MAX), wrapped, text).height();
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
    const QColor words = cell.palette.color(active ? QPalette::Active : QPalette::Inactive,
                                            selected ? QPalette::HighlightedText : QPalette::Text);
    painter->setPen(words);
    painter->setFont(m_table->font());
    QRect room(margin, cell.rect.top() + margin, m_table->viewport()->width() - 2 * margin, cell.rect.height());
    painter->drawText(room, wrapped, sentenceOf(index));
    room.translate(0, heightOf(sentenceOf(index), QFontMetrics(m_table->font()), room.width()));
    const bool warns = noteOf(index).startsWith(QChar(0x26a0));
    painter->setPen(selected ? words : textColour(warns ? Tone::Busy : Tone::Info, cell.palette));
    painter->drawText(room, wrapped, noteOf(index));
    painter->setPen(words);
    painter->setFont(cell.font);
    const int ranks = rankHeight(index, m_table->font());
    painter->drawText(cell.rect.adjusted(0, 0, -margin, -margin - ranks), Qt::AlignRight | Qt::AlignBottom, number);
    painter->setPen(selected ? words : textColour(Tone::Info, cell.palette));
    painter->setFont(smaller(m_table->font()));
    painter->drawText(cell.rect.adjusted(0, 0, -margin, -margin), Qt::AlignRight | Qt::AlignBottom,
                      index.data(ScoreTable::rankRole).toString());
    painter->restore();
}

QSize ScoreDelegate::sizeHint(const QStyleOptionViewItem& option, const QModelIndex& index) const
{
    const QFontMetrics metrics(m_table->font());
    QFont strong = option.font;
    strong.setBold(true);
    const int room = m_table->viewport()->width() - 2 * margin;
    return {QFontMetrics(strong).horizontalAdvance(QStringLiteral("-0.000")) + margin,
            heightOf(sentenceOf(index), metrics, room) + heightOf(noteOf(index), metrics, room) + metrics.height() +
                rankHeight(index, m_table->font()) + 2 * margin + 2};
}

} // namespace mama

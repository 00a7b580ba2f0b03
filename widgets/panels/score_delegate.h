#pragma once
#include <QStyledItemDelegate>

class QTableView;

namespace mama {

// Draws a row of the score table: the sentence over the whole width, below it what warns of its result, then its
// similarities in their columns. Every cell paints the part of the words that lies in it, so that cells can be drawn
// alone.
class ScoreDelegate : public QStyledItemDelegate
{
public:
    explicit ScoreDelegate(QTableView* table);

    void paint(QPainter* painter, const QStyleOptionViewItem& option, const QModelIndex& index) const override;
    QSize sizeHint(const QStyleOptionViewItem& option, const QModelIndex& index) const override;

private:
    const QTableView* m_table;
};

} // namespace mama

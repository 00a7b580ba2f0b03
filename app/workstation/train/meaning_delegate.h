#pragma once
#include <QStyledItemDelegate>

class QTreeView;

namespace mama {

// A tree asks how high a text is without saying how wide it may be: a text of this column is wrapped in its width.
class MeaningDelegate : public QStyledItemDelegate
{
public:
    MeaningDelegate(QTreeView& tree, int column);
    QSize sizeHint(const QStyleOptionViewItem& option, const QModelIndex& index) const override;

private:
    const QTreeView& m_tree;
    int m_column;
};

} // namespace mama

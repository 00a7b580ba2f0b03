#include "app/workstation/train/meaning_delegate.h"

#include <QStyle>
#include <QTreeView>

namespace mama {

MeaningDelegate::MeaningDelegate(QTreeView& tree, int column)
    : QStyledItemDelegate(&tree), m_tree(tree), m_column(column)
{}

QSize MeaningDelegate::sizeHint(const QStyleOptionViewItem& option, const QModelIndex& index) const
{
    const int margin = m_tree.style()->pixelMetric(QStyle::PM_FocusFrameHMargin, nullptr, &m_tree) + 1;
    const QRect room(0, 0, m_tree.columnWidth(m_column) - 2 * margin, 1000);
    const QRect text = option.fontMetrics.boundingRect(room, Qt::TextWordWrap, index.data().toString());
    return {QStyledItemDelegate::sizeHint(option, index).width(), text.height() + 4};
}

} // namespace mama

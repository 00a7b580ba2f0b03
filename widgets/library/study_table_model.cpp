#include "widgets/library/study_table_model.h"

namespace mama {

StudyTableModel::StudyTableModel(StudyPlace* place, QObject* parent) : QAbstractTableModel(parent), m_place(place)
{
    connect(place, &StudyPlace::rowsChanged, this, [this] {
        beginResetModel();
        m_rows = m_place->rows();
        endResetModel();
    });
    m_rows = place->rows();
}

void StudyTableModel::setColumns(std::vector<StudyTableColumn> columns, Text text, Text tip)
{
    beginResetModel();
    m_columns = std::move(columns);
    m_text = std::move(text);
    m_tip = std::move(tip);
    endResetModel();
}

void StudyTableModel::refresh()
{
    if (m_rows > 0 && !m_columns.empty())
        Q_EMIT dataChanged(index(0, 0), index(m_rows - 1, columnCount() - 1), {Qt::DisplayRole});
}

int StudyTableModel::rowCount(const QModelIndex& parent) const { return parent.isValid() ? 0 : m_rows; }

int StudyTableModel::columnCount(const QModelIndex& parent) const
{
    return parent.isValid() ? 0 : static_cast<int>(m_columns.size());
}

QVariant StudyTableModel::data(const QModelIndex& index, int role) const
{
    if (!index.isValid() || !m_text || index.row() >= m_rows)
        return {};
    switch (role) {
    case Qt::DisplayRole: return m_text(index.row(), index.column());
    case Qt::ToolTipRole: {
        const QString tip = m_tip ? m_tip(index.row(), index.column()) : QString();
        return tip.isEmpty() ? m_text(index.row(), index.column()) : tip;
    }
    case Qt::TextAlignmentRole: {
        const bool number = m_columns[static_cast<std::size_t>(index.column())].number;
        return QVariant::fromValue(Qt::Alignment(Qt::AlignVCenter | (number ? Qt::AlignRight : Qt::AlignLeft)));
    }
    default: return {};
    }
}

QVariant StudyTableModel::headerData(int section, Qt::Orientation orientation, int role) const
{
    if (orientation == Qt::Horizontal) {
        if (section < 0 || section >= columnCount())
            return {};
        const StudyTableColumn& column = m_columns[static_cast<std::size_t>(section)];
        if (role == Qt::TextAlignmentRole && column.number)
            return QVariant::fromValue(Qt::Alignment(Qt::AlignCenter));
        if (role == Qt::ToolTipRole && !column.tip.isEmpty())
            return column.tip;
        return role == Qt::DisplayRole || role == Qt::ToolTipRole ? QVariant(column.title) : QVariant();
    }
    if (role != Qt::DisplayRole || section < 0 || section >= m_rows)
        return role == Qt::TextAlignmentRole ? QVariant::fromValue(Qt::Alignment(Qt::AlignRight | Qt::AlignVCenter))
                                             : QVariant();
    return (m_place->isSelected(section) ? QStringLiteral("\u2713 ") : QString()) + QString::number(section + 1);
}

} // namespace mama

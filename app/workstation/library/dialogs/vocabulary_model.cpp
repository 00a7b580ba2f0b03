#include "app/workstation/library/dialogs/vocabulary_model.h"

#include "widgets/look/shown_text.h"
#include "widgets/look/tone.h"

#include <QApplication>
#include <QFont>
#include <QPalette>
#include <array>

namespace mama {

void VocabularyModel::show(std::vector<LibraryWord> words, bool editable)
{
    beginResetModel();
    m_rows.clear();
    m_isEditable = editable;
    for (LibraryWord& word : words) {
        Row row{std::move(word), {}};
        row.before = row.now.means;
        m_rows.push_back(std::move(row));
    }
    endResetModel();
}

int VocabularyModel::add(const std::string& dataset)
{
    const int row = rowCount();
    beginInsertRows({}, row, row);
    m_rows.push_back({{dataset, {}, {}, {}}, {}, true});
    endInsertRows();
    return row;
}

std::vector<LibraryWord> VocabularyModel::changed() const
{
    std::vector<LibraryWord> words;
    for (const Row& row : m_rows)
        if (row.isChanged())
            words.push_back(row.now);
    return words;
}

std::optional<int> VocabularyModel::firstFault() const
{
    const auto found = std::find_if(m_rows.begin(), m_rows.end(), [](const Row& row) { return !row.fault.isEmpty(); });
    return found == m_rows.end() ? std::nullopt : std::optional(static_cast<int>(found - m_rows.begin()));
}

QString VocabularyModel::fault(int row) const { return m_rows[static_cast<std::size_t>(row)].fault; }

int VocabularyModel::rowCount(const QModelIndex& parent) const
{
    return parent.isValid() ? 0 : static_cast<int>(m_rows.size());
}

QString VocabularyModel::text(const Row& row, int column) const
{
    switch (column) {
    case DataSet: return QString::fromStdString(row.now.dataset);
    case Task: return QString::fromStdString(row.now.task);
    case Word: return QString::fromStdString(row.now.found);
    case Means: return QString::fromStdString(row.now.means);
    default: break;
    }
    const QString use = row.now.value ? tr("tables are read by it") : tr("told beside the code");
    return row.now.edited || row.isChanged() ? tr("%1, edited").arg(use) : use;
}

QVariant VocabularyModel::data(const QModelIndex& index, int role) const
{
    const Row& row = m_rows[static_cast<std::size_t>(index.row())];
    switch (role) {
    case Qt::DisplayRole:
    case Qt::EditRole: return text(row, index.column());
    case Qt::ToolTipRole: return plainTip(row.fault.isEmpty() ? text(row, index.column()) : row.fault);
    case Qt::ForegroundRole:
        return row.fault.isEmpty() ? QVariant() : QVariant(textColour(Tone::Bad, QApplication::palette()));
    case Qt::FontRole: {
        QFont font;
        font.setBold(true);
        return row.isChanged() ? QVariant(font) : QVariant();
    }
    default: return {};
    }
}

QVariant VocabularyModel::headerData(int section, Qt::Orientation orientation, int role) const
{
    if (role != Qt::DisplayRole)
        return {};
    if (orientation == Qt::Vertical)
        return section + 1;
    const std::array titles{tr("Data set"), tr("Of"), tr("In the tables"), tr("Means"), tr("What for")};
    return titles[static_cast<std::size_t>(section)];
}

Qt::ItemFlags VocabularyModel::flags(const QModelIndex& index) const
{
    const bool editable = m_isEditable && (index.column() == Means || (isAdded(index.row()) && index.column() != Use));
    return QAbstractTableModel::flags(index) | (editable ? Qt::ItemIsEditable : Qt::NoItemFlags);
}

bool VocabularyModel::setData(const QModelIndex& index, const QVariant& value, int role)
{
    if (role != Qt::EditRole)
        return false;
    Row& row = m_rows[static_cast<std::size_t>(index.row())];
    const std::array places{&row.now.dataset, &row.now.task, &row.now.found, &row.now.means};
    *places[static_cast<std::size_t>(index.column())] = value.toString().toStdString();
    if (row.isNew)
        row.now.value = isReadByWords(row.now.task);
    row.now = checkedWord(row.now).word;
    check();
    Q_EMIT dataChanged(this->index(0, 0), this->index(rowCount() - 1, Columns - 1));
    Q_EMIT edited();
    return true;
}

// What one row says may stand in the way of another.
void VocabularyModel::check()
{
    for (std::size_t row = 0; row < m_rows.size(); ++row)
        m_rows[row].fault = m_rows[row].isChanged() ? faultOf(row) : QString();
}

QString VocabularyModel::faultOf(std::size_t row) const
{
    const LibraryWord& word = m_rows[row].now;
    if (const UserText fault = checkedWord(word).fault; !fault.empty())
        return shownText(fault);
    for (std::size_t other = 0; m_rows[row].isNew && other < row; ++other)
        if (const LibraryWord& same = m_rows[other].now;
            same.dataset == word.dataset && same.task == word.task && same.found == word.found)
            return tr("line %1 has this word already").arg(other + 1);
    return {};
}

} // namespace mama

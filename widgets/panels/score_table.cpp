#include "widgets/panels/score_table.h"

#include <QFont>
#include <cmath>

namespace mama {

void ScoreTable::setRows(std::vector<SentenceScores> rows)
{
    const bool sameRows = rows.size() == m_rows.size();
    if (sameRows) {
        m_rows = std::move(rows);
        if (!m_rows.empty())
            Q_EMIT dataChanged(index(0, 0), index(rowCount() - 1, ColumnCount - 1));
        return;
    }
    beginResetModel();
    m_rows = std::move(rows);
    endResetModel();
}

void ScoreTable::setStalled(bool stalled)
{
    if (stalled == m_stalled)
        return;
    m_stalled = stalled;
    if (!m_rows.empty())
        Q_EMIT dataChanged(index(0, 0), index(rowCount() - 1, ColumnCount - 1));
}

void ScoreTable::setFusionRule(const QString& rule)
{
    m_rule = rule;
    Q_EMIT headerDataChanged(Qt::Horizontal, Right, Study);
}

int ScoreTable::rowCount(const QModelIndex& parent) const
{
    return parent.isValid() ? 0 : static_cast<int>(m_rows.size());
}
int ScoreTable::columnCount(const QModelIndex& parent) const { return parent.isValid() ? 0 : ColumnCount; }

double ScoreTable::value(int row, int column) const
{
    const SentenceScores& scores = m_rows[static_cast<std::size_t>(row)];
    switch (column) {
    case Right: return scores.right;
    case Left: return scores.left;
    case Study: return scores.study;
    default: return scores.views[static_cast<std::size_t>(column - Rcc)];
    }
}

QVariant ScoreTable::data(const QModelIndex& index, int role) const
{
    if (!checkIndex(index, CheckIndexOption::IndexIsValid))
        return {};
    const SentenceScores& scores = m_rows[static_cast<std::size_t>(index.row())];
    const bool isSentence = index.column() == Sentence;
    if (role == Qt::TextAlignmentRole)
        return QVariant::fromValue(isSentence ? Qt::AlignLeft | Qt::AlignVCenter : Qt::AlignRight | Qt::AlignVCenter);
    if (role == Qt::ToolTipRole)
        return scores.note.isEmpty() ? scores.sentence : scores.sentence + QLatin1Char('\n') + scores.note;
    if (role == Qt::FontRole && (index.column() == Right || index.column() == Left)) {
        const double other = index.column() == Right ? scores.left : scores.right;
        QFont font;
        font.setBold(value(index.row(), index.column()) > other); // the breast that matches better
        return font;
    }
    if (role == Qt::AccessibleTextRole && !isSentence) // on screen the sentence has no cell of its own
        return tr("%1 %2: %3")
            .arg(scores.sentence, headerData(index.column(), Qt::Horizontal, Qt::DisplayRole).toString(),
                 data(index, Qt::DisplayRole).toString());
    if (role != Qt::DisplayRole && role != Qt::AccessibleTextRole)
        return {};
    if (isSentence)
        return scores.note.isEmpty() ? scores.sentence : QStringLiteral("⚠ ") + scores.sentence;
    if (scores.state == SentenceScores::State::Waiting)
        return m_stalled ? QStringLiteral("–") : QStringLiteral("…");
    const double number = value(index.row(), index.column());
    return std::isnan(number) ? QStringLiteral("–") : QString::number(number, 'f', 3);
}

QVariant ScoreTable::headerData(int section, Qt::Orientation orientation, int role) const
{
    if (orientation == Qt::Vertical)
        return {};
    if (role == Qt::TextAlignmentRole)
        return QVariant::fromValue(section == Sentence ? Qt::AlignLeft | Qt::AlignVCenter
                                                       : Qt::AlignRight | Qt::AlignVCenter);
    if (role == Qt::ToolTipRole) {
        if (section >= Right)
            return tr("Similarity fused by: %1").arg(m_rule);
        return section == Sentence
                   ? tr("The sentence as typed; select it to see its maps")
                   : tr("Similarity: cosine of the image's and the sentence's embeddings, −1 to 1; not a probability");
    }
    if (role != Qt::DisplayRole)
        return {};
    switch (section) {
    case Sentence: return tr("Sentence");
    case Rcc: return tr("RCC");
    case Lcc: return tr("LCC");
    case Rmlo: return tr("RMLO");
    case Lmlo: return tr("LMLO");
    case Right: return tr("Right");
    case Left: return tr("Left");
    case Study: return tr("Study");
    default: return {};
    }
}

QString ScoreTable::toText() const
{
    QString text = tr("sentence; similarity (cosine), fused by %1").arg(m_rule);
    for (int column = Rcc; column < ColumnCount; ++column)
        text += QLatin1Char('\t') + headerData(column, Qt::Horizontal, Qt::DisplayRole).toString();
    for (int row = 0; row < rowCount(); ++row) {
        text += QLatin1Char('\n') + m_rows[static_cast<std::size_t>(row)].sentence;
        for (int column = Rcc; column < ColumnCount; ++column)
            text += QLatin1Char('\t') + data(index(row, column), Qt::DisplayRole).toString();
    }
    return text;
}

} // namespace mama

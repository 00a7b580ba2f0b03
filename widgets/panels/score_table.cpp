#include "widgets/panels/score_table.h"

#include "widgets/look/shown_text.h"

#include <QFont>
#include <algorithm>
#include <cmath>

namespace mama {

namespace {

constexpr qsizetype longestCell = 240, longestNote = 600, longestTip = 2000; // characters

QString cut(const QString& sentence, qsizetype longest)
{
    if (!sentence.isEmpty() && std::none_of(sentence.begin(), sentence.end(), [](QChar c) {
            return c.isSurrogate() || (c.isPrint() && !c.isSpace()); // QChar calls no format character printable
        }))
        return ScoreTable::tr("(invisible characters)");
    return sentence.size() <= longest ? sentence : sentence.left(longest - 1) + QStringLiteral("…");
}

double ofImage(const std::map<viewer::PaneId, double>& values, const std::optional<viewer::PaneId>& pane)
{
    const auto found = pane ? values.find(*pane) : values.end();
    return found == values.end() ? std::numeric_limits<double>::quiet_NaN() : found->second;
}

QString percent(double share)
{
    return std::isnan(share) ? QString() : QStringLiteral("%1 %").arg(100 * share, 0, 'f', 0);
}

} // namespace

std::vector<ScoredImage> scoredImages(const viewer::StandardViews& views)
{
    std::vector<ScoredImage> images;
    for (const Slot slot : {Slot::RCC, Slot::LCC, Slot::RMLO, Slot::LMLO}) {
        const auto found = views.find(slot);
        images.push_back(
            {QString::fromLatin1(name(slot)), found == views.end() ? std::nullopt : std::optional(found->second)});
    }
    return images;
}

void ScoreTable::setImages(std::vector<ScoredImage> images)
{
    if (images.size() == m_images.size()) {
        m_images = std::move(images);
        numbersChanged();
        Q_EMIT headerDataChanged(Qt::Horizontal, 0, studyColumn());
        return;
    }
    beginResetModel();
    m_images = std::move(images);
    endResetModel();
}

void ScoreTable::setRows(std::vector<SentenceScores> rows)
{
    const bool sameRows = rows.size() == m_rows.size();
    if (sameRows) {
        m_rows = std::move(rows);
        numbersChanged();
        return;
    }
    beginResetModel();
    m_rows = std::move(rows);
    endResetModel();
}

void ScoreTable::numbersChanged()
{
    if (!m_rows.empty())
        Q_EMIT dataChanged(index(0, 0), index(rowCount() - 1, studyColumn()));
}

void ScoreTable::setStalled(bool stalled)
{
    if (stalled == m_stalled)
        return;
    m_stalled = stalled;
    numbersChanged();
}

void ScoreTable::setFusionRule(const QString& rule)
{
    m_rule = rule;
    Q_EMIT headerDataChanged(Qt::Horizontal, rightColumn(), studyColumn());
}

int ScoreTable::rowCount(const QModelIndex& parent) const
{
    return parent.isValid() ? 0 : static_cast<int>(m_rows.size());
}
int ScoreTable::columnCount(const QModelIndex& parent) const { return parent.isValid() ? 0 : studyColumn() + 1; }

double ScoreTable::value(int row, int column) const
{
    const SentenceScores& scores = m_rows[static_cast<std::size_t>(row)];
    if (column == rightColumn())
        return scores.right;
    if (column == leftColumn())
        return scores.left;
    if (column == studyColumn())
        return scores.study;
    return ofImage(scores.images, m_images[static_cast<std::size_t>(column - firstImage)].pane);
}

double ScoreTable::rank(int row, int column) const
{
    const SentenceScores& scores = m_rows[static_cast<std::size_t>(row)];
    if (column == rightColumn())
        return scores.rightRank;
    if (column == leftColumn())
        return scores.leftRank;
    if (column == studyColumn())
        return scores.studyRank;
    return ofImage(scores.imageRanks, m_images[static_cast<std::size_t>(column - firstImage)].pane);
}

double ScoreTable::neutral(int row, int column) const
{
    const SentenceScores& scores = m_rows[static_cast<std::size_t>(row)];
    if (column == rightColumn())
        return scores.rightNeutral;
    if (column == leftColumn())
        return scores.leftNeutral;
    if (column == studyColumn())
        return scores.studyNeutral;
    return ofImage(scores.imageNeutral, m_images[static_cast<std::size_t>(column - firstImage)].pane);
}

QString ScoreTable::ranks(int row, int column) const
{
    const QString reference = percent(rank(row, column)), sentences = percent(neutral(row, column));
    if (reference.isEmpty() && sentences.isEmpty())
        return {};
    const auto orDash = [](const QString& text) { return text.isEmpty() ? QStringLiteral("–") : text; };
    return orDash(reference) + QLatin1Char('\n') + orDash(sentences);
}

// What is said below the sentence.
QString ScoreTable::note(const SentenceScores& scores) const
{
    if (scores.state == SentenceScores::State::NotAsked)
        return tr("not asked of this study");
    return scores.note.isEmpty() ? QString() : QStringLiteral("⚠ ") + cut(scores.note, longestNote);
}

QString ScoreTable::tip(int row, int column) const
{
    const SentenceScores& scores = m_rows[static_cast<std::size_t>(row)];
    QString text = cut(scores.sentence, longestTip);
    if (column >= firstImage && std::isfinite(rank(row, column)))
        text += QLatin1Char('\n') + tr("%1: similarity %2, more than %3 % of the reference's %4 (%5)")
                                        .arg(title(column))
                                        .arg(shownNumber(value(row, column), 3))
                                        .arg(100 * rank(row, column), 0, 'f', 0)
                                        .arg(column == studyColumn()   ? tr("studies")
                                             : column >= rightColumn() ? tr("breasts")
                                                                       : tr("images"),
                                             scores.reference);
    if (column >= firstImage && std::isfinite(neutral(row, column)))
        text += QLatin1Char('\n') + tr("more than %1 % of the neutral sentences (%2)")
                                        .arg(100 * neutral(row, column), 0, 'f', 0)
                                        .arg(scores.neutral);
    return plainTip(text + (scores.note.isEmpty() ? QString() : QLatin1Char('\n') + cut(scores.note, longestTip)));
}

QString ScoreTable::fusedImages() const
{
    QStringList names;
    for (const ScoredImage& image : m_images)
        if (image.fused && image.pane)
            names << image.title;
    return names.join(QStringLiteral(", "));
}

QString ScoreTable::title(int column) const
{
    if (column == sentenceColumn)
        return tr("Sentence");
    if (column == rightColumn())
        return tr("Right");
    if (column == leftColumn())
        return tr("Left");
    if (column == studyColumn())
        return tr("Study");
    return m_images[static_cast<std::size_t>(column - firstImage)].title;
}

QVariant ScoreTable::data(const QModelIndex& index, int role) const
{
    if (!checkIndex(index, CheckIndexOption::IndexIsValid))
        return {};
    const SentenceScores& scores = m_rows[static_cast<std::size_t>(index.row())];
    const bool isSentence = index.column() == sentenceColumn;
    if (role == Qt::TextAlignmentRole)
        return QVariant::fromValue(isSentence ? Qt::AlignLeft | Qt::AlignVCenter : Qt::AlignRight | Qt::AlignVCenter);
    if (role == noteRole)
        return note(scores);
    if (role == rankRole)
        return isSentence ? QString() : ranks(index.row(), index.column());
    if (role == Qt::ToolTipRole)
        return tip(index.row(), index.column());
    if (role == Qt::FontRole && (index.column() == rightColumn() || index.column() == leftColumn())) {
        const double other = index.column() == rightColumn() ? scores.left : scores.right;
        QFont font;
        constexpr double clearly = 0.02;
        font.setBold(!scores.unlike && !scores.negated && !scores.notVisual &&
                     value(index.row(), index.column()) - other >= clearly); // the breast that matches better
        return font;
    }
    if (role == Qt::AccessibleTextRole && !isSentence) // on screen the sentence has no cell of its own
        return tr("%1 %2: %3")
                   .arg(cut(scores.sentence, longestCell),
                        headerData(index.column(), Qt::Horizontal, Qt::DisplayRole).toString(),
                        data(index, Qt::DisplayRole).toString() + QLatin1Char(' ') +
                            data(index, rankRole).toString().replace(QLatin1Char('\n'), QLatin1Char(' '))) +
               (scores.note.isEmpty() ? QString() : QLatin1Char('\n') + cut(scores.note, longestNote));
    if (role != Qt::DisplayRole && role != Qt::AccessibleTextRole)
        return {};
    if (isSentence)
        return cut(scores.sentence, longestCell);
    if (scores.state == SentenceScores::State::NotAsked)
        return QString();
    if (scores.state == SentenceScores::State::Waiting)
        return m_stalled ? QStringLiteral("–") : QStringLiteral("…");
    const double number = value(index.row(), index.column());
    return std::isnan(number) ? QStringLiteral("–") : shownNumber(number, 3);
}

QVariant ScoreTable::headerData(int section, Qt::Orientation orientation, int role) const
{
    if (orientation == Qt::Vertical)
        return {};
    if (role == Qt::TextAlignmentRole)
        return QVariant::fromValue(section == sentenceColumn ? Qt::AlignLeft | Qt::AlignVCenter
                                                             : Qt::AlignRight | Qt::AlignVCenter);
    if (role == Qt::ToolTipRole) {
        if (section >= rightColumn())
            return tr("Similarity fused by: %1 of %2").arg(m_rule, fusedImages());
        if (section >= firstImage && !m_images[static_cast<std::size_t>(section - firstImage)].fused)
            return tr("%1: an image beside the four views; it does not count for breast and study").arg(title(section));
        return section == sentenceColumn
                   ? tr("The sentence as typed; select it to see its maps")
                   : tr("Image similarity: cosine of the image's and the sentence's embeddings, −1 to 1; not a probability. Below it, the share of reference images that score lower");
    }
    return role == Qt::DisplayRole && section < columnCount() ? title(section) : QVariant();
}

QString ScoreTable::toText() const
{
    const bool ranked = std::ranges::any_of(m_rows, [](const SentenceScores& row) {
        return std::isfinite(row.studyRank) || std::isfinite(row.studyNeutral);
    });
    QString text = tr("sentence; similarity (cosine), fused by %1 of %2").arg(m_rule, fusedImages());
    for (int column = firstImage; column < columnCount(); ++column) {
        text += QLatin1Char('\t') + title(column);
        if (ranked)
            text += QLatin1Char('\t') + tr("%1 rank").arg(title(column)) + QLatin1Char('\t') +
                    tr("%1 rank among neutral sentences").arg(title(column));
    }
    if (ranked)
        text += QLatin1Char('\t') + tr("Ranked among");
    text += QLatin1Char('\t') + tr("Note");
    for (int row = 0; row < rowCount(); ++row) {
        const SentenceScores& scores = m_rows[static_cast<std::size_t>(row)];
        text += QLatin1Char('\n') + scores.sentence;
        for (int column = firstImage; column < columnCount(); ++column) {
            text += QLatin1Char('\t') + data(index(row, column), Qt::DisplayRole).toString();
            if (ranked)
                text +=
                    QLatin1Char('\t') + percent(rank(row, column)) + QLatin1Char('\t') + percent(neutral(row, column));
        }
        if (ranked)
            text += QLatin1Char('\t') + scores.reference;
        text += QLatin1Char('\t') + scores.note.simplified();
    }
    return text;
}

} // namespace mama

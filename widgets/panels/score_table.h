#pragma once
#include <QAbstractTableModel>
#include <QString>
#include <array>
#include <limits>
#include <optional>
#include <vector>

namespace mama {

// The similarities of one sentence: cosines in -1..1; NaN where there is no such view.
struct SentenceScores
{
    enum class State { Waiting, Done, Failed };
    QString sentence;
    State state = State::Waiting;
    QString note;                  // failure, negation warning, "text cut"; shown as tooltip and mark
    std::array<double, 4> views{}; // RCC, LCC, RMLO, LMLO
    double right = std::numeric_limits<double>::quiet_NaN();
    double left = std::numeric_limits<double>::quiet_NaN();
    double study = std::numeric_limits<double>::quiet_NaN();
};

// One row a sentence; similarity a view, breast and study. The fusion rule stands in the headings' tooltips.
class ScoreTable : public QAbstractTableModel
{
    Q_OBJECT
public:
    enum Column { Sentence, Rcc, Lcc, Rmlo, Lmlo, Right, Left, Study, ColumnCount };

    explicit ScoreTable(QObject* parent = nullptr) : QAbstractTableModel(parent) {}

    void setRows(std::vector<SentenceScores> rows);
    const std::vector<SentenceScores>& rows() const { return m_rows; }
    void setFusionRule(const QString& rule);
    void setStalled(bool stalled); // nobody works at what is waiting: a dash, not dots

    int rowCount(const QModelIndex& parent = {}) const override;
    int columnCount(const QModelIndex& parent = {}) const override;
    QVariant data(const QModelIndex& index, int role) const override;
    QVariant headerData(int section, Qt::Orientation orientation, int role) const override;

    // Tab-separated, with a heading and the words "similarity (cosine)": for the clipboard.
    QString toText() const;

private:
    double value(int row, int column) const;
    std::vector<SentenceScores> m_rows;
    QString m_rule;
    bool m_stalled = false;
};

} // namespace mama

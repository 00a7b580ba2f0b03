#pragma once
#include "widgets/viewer/scene/hanging.h"

#include <QAbstractTableModel>
#include <QString>
#include <array>
#include <limits>
#include <map>
#include <optional>
#include <vector>

namespace mama {

// The similarities of one sentence, cosines in -1..1, and their ranks: the share of the model's reference studies that
// score lower, 0..1. NaN where there is no such breast or study, or no reference.
struct SentenceScores
{
    enum class State { NotAsked, Waiting, Done, Failed }; // not asked: of the study on screen
    QString sentence;
    State state = State::Waiting;
    bool mayBeAsked() const { return state == State::NotAsked || state == State::Failed; }
    QString note;                            // failure, negation warning, "text cut"; shown below the sentence
    std::map<viewer::PaneId, double> images; // those that were scored
    double right = std::numeric_limits<double>::quiet_NaN();
    double left = std::numeric_limits<double>::quiet_NaN();
    double study = std::numeric_limits<double>::quiet_NaN();
    std::map<viewer::PaneId, double> imageRanks;
    double rightRank = std::numeric_limits<double>::quiet_NaN();
    double leftRank = std::numeric_limits<double>::quiet_NaN();
    double studyRank = std::numeric_limits<double>::quiet_NaN();
    // The same among neutral sentences asked of this study.
    std::map<viewer::PaneId, double> imageNeutral;
    double rightNeutral = std::numeric_limits<double>::quiet_NaN();
    double leftNeutral = std::numeric_limits<double>::quiet_NaN();
    double studyNeutral = std::numeric_limits<double>::quiet_NaN();
    QString mapSentence;                           // of which the map is; empty: of the whole
    QString neutral;                               // what the neutral sentences are
    std::map<viewer::PaneId, QString> outside;     // why an image is none of the kind that the model was trained on
    QString reference;                             // what the ranks are among, or why there are none
    std::optional<std::array<double, 2>> mapRange; // ends of a map's default range; empty: no reference
    bool unlike = false;                           // the sentence resembles nothing that the model knows
    bool negated = false;                          // it denies what it names
    bool notVisual = false;                        // it speaks of something else than what the pictures show
    QString heading;                               // of the section of a report that it stands in; empty: none
};

// A column of the table: an image, or a view that the study has not.
struct ScoredImage
{
    QString title; // "RMLO"
    std::optional<viewer::PaneId> pane;
    bool fused = true; // it counts for breast and study
};
// The four standard views, whether the study has them or not.
std::vector<ScoredImage> scoredImages(const viewer::StandardViews& views);

// One row a sentence; similarity of each image, breast and study. The fusion rule stands in the headings' tooltips.
class ScoreTable : public QAbstractTableModel
{
    Q_OBJECT
public:
    static constexpr int sentenceColumn = 0, firstImage = 1; // then the other images, right, left and study
    static constexpr int noteRole = Qt::UserRole;            // of any cell of a row: its note, cut where it is endless
    // Of a number's cell, a line each, "–" where there is none: rank in the reference, among neutral sentences; or
    // empty.
    static constexpr int rankRole = Qt::UserRole + 1;

    explicit ScoreTable(QObject* parent = nullptr) : QAbstractTableModel(parent) {}

    void setImages(std::vector<ScoredImage> images);
    void setRows(std::vector<SentenceScores> rows);
    void setFusionRule(const QString& rule);
    void setStalled(bool stalled); // nobody works at what is waiting: a dash, not dots

    int rightColumn() const { return firstImage + static_cast<int>(m_images.size()); }
    int leftColumn() const { return rightColumn() + 1; }
    int studyColumn() const { return rightColumn() + 2; } // the last one

    int rowCount(const QModelIndex& parent = {}) const override;
    int columnCount(const QModelIndex& parent = {}) const override;
    QVariant data(const QModelIndex& index, int role) const override;
    QVariant headerData(int section, Qt::Orientation orientation, int role) const override;

    // Tab-separated, with a heading, the words "similarity (cosine)" and the notes: for the clipboard.
    QString toText() const;

private:
    double value(int row, int column) const;
    double rank(int row, int column) const;
    double neutral(int row, int column) const;
    QString ranks(int row, int column) const;
    QString note(const SentenceScores& scores) const;
    QString tip(int row, int column) const;
    QString title(int column) const;
    QString fusedImages() const;
    void numbersChanged();

    std::vector<ScoredImage> m_images = scoredImages({});
    std::vector<SentenceScores> m_rows;
    QString m_rule;
    bool m_stalled = false;
};

} // namespace mama

#pragma once
#include "widgets/panels/score_table.h"

#include <QStringList>
#include <QWidget>

class QComboBox;
class QHBoxLayout;
class QLabel;
class QPushButton;
class QTableView;

namespace mama {

class SentenceEdit;

// Type a sentence, see its similarities; select a row, see its maps.
class QueryPanel : public QWidget
{
    Q_OBJECT
public:
    explicit QueryPanel(QWidget* parent = nullptr);

    void setImages(const std::vector<ScoredImage>& images); // the columns
    void setRows(const std::vector<SentenceScores>& rows);
    void selectRow(int row);
    int selectedRow() const;
    // What stands above the table: what is missing, or what goes on. Empty: nothing.
    void setHint(const QString& text, bool isError);
    void setStalled(bool stalled); // what is asked waits for a person, not for the engine
    void setProvenance(const QString& text);
    void setRanks(const QString& text); // what the small figures of the table are
    void setFusionRule(const QString& rule);
    // Sentences to try, a button each under the line; the first few are shown.
    void setExamples(const QStringList& sentences);
    SentenceEdit* sentence() const { return m_sentence; }

Q_SIGNALS:
    void asked(const QString& sentence);
    void rowSelected(int row);
    void removeAsked(int row);
    void fusionRuleChosen(const QString& rule);

private:
    QHBoxLayout* buildSentence();
    void buildTable();
    QHBoxLayout* buildFusion();
    void ask();
    void ask(const QString& sentence);
    void fitColumns();
    void showExamples();

    ScoreTable* m_model;
    SentenceEdit* m_sentence;
    QPushButton* m_ask;
    QWidget* m_examples;
    bool m_haveExamples = false;
    QTableView* m_table;
    QLabel* m_hint;
    QLabel *m_ranks, *m_provenance;
    QComboBox* m_rule;
};

} // namespace mama

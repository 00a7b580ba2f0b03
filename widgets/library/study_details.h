#pragma once
#include "core/library/studies/study_facts.h"
#include "widgets/library/facts_text.h"
#include "widgets/library/study_tile.h"

#include <QWidget>

class QTextBrowser;

namespace mama {

class DetailPictures;

// All that is known of one study, beside the grid: its four views larger, with what is marked on them, and its facts
// with where each comes from. Every text can be copied.
class StudyDetails : public QWidget
{
    Q_OBJECT
public:
    explicit StudyDetails(QWidget* parent = nullptr);

    void show(const StudyFacts& facts, const std::array<TilePicture, 4>& pictures);
    void setPictures(const std::array<TilePicture, 4>& pictures); // of the same study
    void setScores(std::vector<StudyScore> scores);               // of models that are asked; none: nothing is
    void clear(const QString& why);                               // why nothing is shown
    std::int64_t study() const { return m_study; }                // 0: none
    DetailPictures* pictures() const { return m_pictures; }
    QTextBrowser* text() const { return m_text; }

Q_SIGNALS:
    void opened();                       // double click on a picture
    void studyAsked(std::int64_t study); // another one of the patient

protected:
    void changeEvent(QEvent* event) override;
    void resizeEvent(QResizeEvent* event) override;

private:
    DetailPictures* m_pictures;
    QTextBrowser* m_text;
    std::int64_t m_study = 0;
    StudyFacts m_facts;
    std::vector<StudyScore> m_scores;
    QString m_why;
    void showText();
};

} // namespace mama

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
    void setEditable(bool on);                                    // what is said of the study can be said otherwise
    // Its text is gone to, its picture framed, until another study is shown; 0: none.
    void setImage(std::int64_t image);
    std::int64_t image() const { return m_look.image; }
    std::int64_t study() const { return m_study; } // 0: none
    const StudyFacts& facts() const { return m_facts; }
    DetailPictures* pictures() const { return m_pictures; }
    QTextBrowser* text() const { return m_text; }

Q_SIGNALS:
    void opened(std::int64_t image);     // double click on a picture, or its heading; 0: none of the library
    void studyAsked(std::int64_t study); // another one of the patient
    void labelAsked(const StudyFacts& facts, const FactLabel* label); // which shall be another; null: a new one

protected:
    void changeEvent(QEvent* event) override;
    void resizeEvent(QResizeEvent* event) override;

private:
    DetailPictures* m_pictures;
    QTextBrowser* m_text;
    std::int64_t m_study = 0;
    StudyFacts m_facts;
    FactsLook m_look;
    QString m_why;
    void showText();
    void showTextInPlace(); // what is read stays where it is
    void follow(const QUrl& link);
};

} // namespace mama

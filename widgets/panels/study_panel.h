#pragma once
#include "core/study/scan.h"

#include <QWidget>

class QListWidget;
class QLabel;

namespace mama {

// The studies that are open, the current one's images, and what could not be read.
class StudyPanel : public QWidget
{
    Q_OBJECT
public:
    explicit StudyPanel(QWidget* parent = nullptr);

    void setStudies(const std::vector<Study>& studies, const std::vector<ScanProblem>& problems);
    void setCurrent(int study);
    void setImages(const Study& study);                            // of the current study, when more is known of them
    void addProblem(const QString& text, const QString& tip = {}); // tip: by default the text
    void setIdentifiersShown(bool shown);

Q_SIGNALS:
    void studyChosen(int study);
    // An extra image of the current study: swap it into its view's slot.
    void imageChosen(int image);

private:
    void showImages();
    QString title(const Study& study) const;

    std::vector<Study> m_studies;
    int m_current = -1;
    bool m_identifiers = false;
    QLabel *m_imagesTitle, *m_problemsTitle;
    QListWidget *m_list, *m_images, *m_problems;
};

} // namespace mama

#pragma once
#include "core/study/scan.h"

#include <QWidget>
#include <set>

class QListWidget;
class QLabel;

namespace mama {

// The studies that are open, the current one's images with their warnings, and the files that are not shown: what was
// refused, what the current study lacks, and below them files of other kinds.
class StudyPanel : public QWidget
{
    Q_OBJECT
public:
    explicit StudyPanel(QWidget* parent = nullptr);
    // Its two parts, which stand where the page wants them.
    QWidget* studies() const { return m_studiesPart; }
    QWidget* images() const { return m_imagesPart; }

    void setStudies(const std::vector<Study>& studies);
    void setFiles(const std::vector<ScanProblem>& problems, const std::vector<ScanProblem>& others);
    void setCurrent(int study);         // and forgets its problems
    void setImages(const Study& study); // of the current study, when more is known of them
    void setCurrentImage(int image);
    void setUnread(int image);            // of the current study: it could not be read
    void addProblem(const QString& text); // of the current study; once, however often it is told
    void setIdentifiersShown(bool shown);

Q_SIGNALS:
    void studyChosen(int study);
    void imageSelected(int image); // of the current study
    void imageChosen(int image);   // by Enter or a double click: it is to hang

private:
    void showImages();
    void addFiles(const std::vector<ScanProblem>& files, bool refused);
    void showProblemsTitle();

    std::vector<Study> m_studies;
    std::set<int> m_unread; // images of the current study
    int m_current = -1;
    bool m_identifiers = false;
    QWidget *m_studiesPart, *m_imagesPart;
    QLabel* m_problemsTitle;
    QListWidget *m_list, *m_images, *m_problems;
    int m_ofStudy = 0, m_ofScan = 0; // the first rows of the list of problems; then others
};

} // namespace mama

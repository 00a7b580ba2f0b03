#pragma once
#include "core/study/patients.h"
#include "core/study/scan.h"

#include <QIcon>
#include <QImage>
#include <QWidget>
#include <functional>
#include <map>
#include <set>

class QComboBox;
class QLabel;
class QLineEdit;
class QListWidget;
class QListWidgetItem;

namespace mama {

// In which order exams stand in the list.
enum class ExamOrder { ByPatient, NewestFirst, OldestFirst };
// How far the reader is with an exam.
enum class ExamState { Unseen, Seen, Locked };

// The studies that are open, patient by patient, found as one types; below them what the current one has beside its
// four views. The current one's images with their warnings, and the files that are not shown: what was refused, what
// the current study lacks, and below them files of other kinds.
class StudyPanel : public QWidget
{
    Q_OBJECT
public:
    explicit StudyPanel(QWidget* parent = nullptr);
    // Its two parts, which stand where the page wants them.
    QWidget* studies() const { return m_studiesPart; }
    QWidget* images() const { return m_imagesPart; }
    int chosenImage() const;  // in the list that has the keyboard, else among those beside the four views; -1: none
    QWidget* search() const;  // where one types what is looked for
    QString searched() const; // what one typed there; empty: no study is left out

    void setStudies(const std::vector<Study>& studies, const std::vector<PatientExams>& patients = {});
    // More studies behind those that are there; the one that is open stays as it is.
    void addStudies(const std::vector<Study>& all, const std::vector<PatientExams>& patients);
    void setOrder(ExamOrder order);
    void setState(int study, ExamState state);
    // The study that is `by` further in the list as it is shown; -1: none.
    int neighbour(int study, int by) const;
    // The newest exam that is shown of the patient that is `by` further, patients in the order of their first rows; -1:
    // none.
    int neighbourPatient(int study, int by) const;
    int place(int study) const;       // in the list as it is shown, from 1; 0: it is not among those that were found
    int shown() const;                // how many are
    std::vector<int> inSight() const; // studies, those on screen first

    // Pictures: of a study's four views, and of one of the current study's images; null: none yet.
    static constexpr QSize stripSize{104, 36}, extraSize{64, 80};
    struct Pictures
    {
        std::function<QImage(const Study&)> strip;
        std::function<QImage(const StudyImage&)> image;
    };
    void setPictures(Pictures pictures);
    void showPictures(); // there are others now
    // Of all that is open; those of the current study stay before them.
    void setFiles(const std::vector<ScanProblem>& problems, const std::vector<ScanProblem>& others);
    void setCurrent(int study);         // and forgets its problems
    void setImages(const Study& study); // of the current study, when more is known of them
    void setCurrentImage(int image);
    void setUnread(int image);            // of the current study: it could not be read
    void addProblem(const QString& text); // of the current study; once, however often it is told
    void setIdentifiersShown(bool shown);
    int notShown() const { return m_ofStudy + m_ofScan; } // files, as the list counts them

Q_SIGNALS:
    void studyChosen(int study);
    void imageSelected(int image); // of the current study
    void imageChosen(int image);   // by Enter or a double click: it is to hang
    void orderChosen(mama::ExamOrder order);
    void sightChanged(); // other studies are in sight, or another number of them is found

protected:
    bool eventFilter(QObject* watched, QEvent* event) override; // keys of the search

private:
    void buildStudies();
    void takeStudies(const std::vector<Study>& studies, const std::vector<PatientExams>& patients);
    void forgetProblems(); // of the current study
    void fillStudies();
    void addHeading(std::size_t patient);
    void goToFound(bool first); // else to the one that is open, if it is found
    void showStudy(QListWidgetItem& item);
    bool isPrior(int study) const;
    int patientOf(int study) const; // one number for each; of one who has this study alone below 0
    QIcon iconOf(const StudyImage& image) const;
    QListWidgetItem* itemOf(int study) const;
    void find();
    void showExtras();
    void showImages();
    void addFiles(const std::vector<ScanProblem>& files, bool refused);
    void showProblemsTitle();

    std::vector<Study> m_studies;
    std::vector<PatientExams> m_patients;
    std::vector<int> m_patientOf;              // by study; -1: alone, or not told
    std::map<std::string, ExamState> m_states; // of those that were opened, by UID: opened again they are no news
    ExamOrder m_order = ExamOrder::ByPatient;
    Pictures m_pictures;
    QIcon m_blank;          // in place of a strip
    std::set<int> m_unread; // images of the current study
    int m_current = -1;
    bool m_identifiers = false;
    QWidget *m_studiesPart, *m_imagesPart;
    QLabel *m_found, *m_extrasTitle, *m_problemsTitle;
    QLineEdit* m_search;
    QComboBox* m_orders;
    QListWidget *m_list, *m_extras, *m_images, *m_problems;
    int m_ofStudy = 0, m_ofScan = 0; // the first rows of the list of problems; then others
};

} // namespace mama

#pragma once
#include "app/workstation/engine/background_job.h"
#include "core/library/handover/hand_over.h"

#include <QDialog>
#include <QSettings>
#include <QStringList>
#include <QThreadPool>

class QButtonGroup;
class QCheckBox;
class QComboBox;
class QLabel;
class QLineEdit;
class QProgressBar;
class QPushButton;
class QSpinBox;

namespace mama {

// What a hand-over may take: every study that the page shows, or those that are selected.
struct HandoverChoice
{
    QString filter;                               // as it stands; empty: all studies
    std::vector<std::int64_t> filtered, selected; // ids
    QStringList fields;                           // whose values a split may spread evenly
    int images = 0; // single images that were chosen among these studies, which go in as a whole; 0: none were
};

// From a choice to a folder that can be trained on: a cohort is frozen, split by patient and exported, each as the
// command of that name does it. Looking and working happen off the window's thread; closing cancels.
class HandoverDialog : public QDialog
{
    Q_OBJECT
public:
    HandoverDialog(std::shared_ptr<Library> library, HandoverChoice choice, QSettings& settings,
                   QWidget* parent = nullptr);
    ~HandoverDialog() override;

    void accept() override; // begins; the dialog closes by itself when the folder is complete
    void reject() override; // cancels what is under way, else closes
    bool working() const { return m_working; }

protected:
    void changeEvent(QEvent* event) override;

Q_SIGNALS:
    void planned();                                                      // what goes in is on screen
    void changed();                                                      // the library has other commands than before
    void handedOver(const QString& folder, const QStringList& warnings); // it is complete
    void trainWanted(const QString& folder);                             // after that, if the user wants a run with it
    void refused(const QString& reason);                                 // shown in place too

private:
    QWidget* buildStudies();
    QWidget* buildSplit();
    QWidget* buildFolder();
    void buildEnd(class QVBoxLayout* column);
    void plan(); // what goes in
    void edited();
    struct Look
    {
        HandOverPlan plan;
        std::vector<std::string> names; // of the cohorts there are
    };
    void take(const Look& found);
    void fillLearnt(const HandOverPlan& plan);
    void check();
    QString problem() const;
    QString freeName() const;
    bool isTaken(const QString& name) const;
    void showProblem(const QString& text);
    void showTerms();
    HandOverRequest request() const;
    void finish(const HandOver& made);
    void fail(const QString& reason);
    void setWorking(bool working);
    const std::vector<std::int64_t>& studies() const;

    std::shared_ptr<Library> m_library;
    HandoverChoice m_choice;
    QSettings& m_settings;
    QString m_place; // where folders are made
    QButtonGroup* m_which = nullptr;
    QLineEdit *m_name, *m_folder = nullptr;
    QLabel *m_plan, *m_terms, *m_problem = nullptr;
    QComboBox *m_learnt, *m_strata = nullptr;
    QSpinBox *m_shares[3] = {}, *m_seed = nullptr;
    QCheckBox* m_train = nullptr;
    QProgressBar* m_progress = nullptr;
    QPushButton *m_begin = nullptr, *m_cancel = nullptr;
    QThreadPool m_pool;
    BackgroundJob m_planning, m_job;
    std::optional<HandOverPlan> m_now; // empty: being looked at
    std::vector<std::string> m_names;
    QString m_refused; // what the work said last; empty: nothing
    bool m_working = false;
};

} // namespace mama

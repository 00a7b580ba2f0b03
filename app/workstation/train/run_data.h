#pragma once
#include "app/workstation/engine/background_job.h"
#include "app/workstation/runs/run_view.h"

#include <QTimer>
#include <QWidget>
#include <memory>

class QLabel;
class QProcess;
class QPushButton;

namespace mama {

// What a run was trained on, as its cohort.json says it, and the figures on the cohort's test part, which a button asks
// for: mama evaluate --run, as a process of its own.
class RunData : public QWidget
{
    Q_OBJECT
public:
    explicit RunData(const QString& program, QWidget* parent = nullptr);
    ~RunData() override;

    void show(const RunView* run); // nullptr: no run is chosen
    void evaluate();               // of the run that is shown
    QString text() const;
    QString figures() const;

Q_SIGNALS:
    void loaded();    // what the run's folder says is on screen
    void evaluated(); // or refused

private:
    struct Known // of a run's folder
    {
        QString cohort, figures;
    };
    static Known read(const QString& folder);
    void load();
    void take(const Known& known);
    void showButton();

    QString m_program, m_folder;
    const RunView* m_run = nullptr;
    QLabel *m_cohort, *m_figures, *m_said;
    QPushButton* m_evaluate;
    BackgroundJob m_job;
    std::unique_ptr<QProcess> m_process;
    QString m_asked; // the run that the process evaluates
};

} // namespace mama

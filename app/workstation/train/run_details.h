#pragma once
#include "app/workstation/runs/run_view.h"

#include <QSettings>
#include <QTabWidget>
#include <optional>
#include <tuple>

class QLabel;
class QTableWidget;

namespace mama {

class CheckpointPanel;
class LogView;
class RunCompare;
class RunData;

// Below the curves: the latest figures, the log with a search, the comparison, and the checkpoints.
class RunDetails : public QTabWidget
{
    Q_OBJECT
public:
    RunDetails(const QString& program, QSettings& settings, QWidget* parent = nullptr);
    CheckpointPanel& checkpoints() { return *m_checkpoints; }
    RunData& data() { return *m_data; }
    void show(const RunView* run, const RunView* other);
    void findInLog(); // shows the log with the focus on its search

protected:
    void showEvent(QShowEvent* event) override;

private:
    void showAll();
    void showFigures();

    QTableWidget* m_figures;
    QLabel* m_figuresHint;
    LogView* m_log;
    RunCompare* m_compare;
    RunData* m_data;
    CheckpointPanel* m_checkpoints;
    const RunView *m_run = nullptr, *m_other = nullptr; // the page's, valid until the next show()
    std::optional<std::tuple<QString, bool, double>>
        m_figuresShown; // folder, whether it holds a run, time of the evaluation
};

} // namespace mama

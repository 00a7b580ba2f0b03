#pragma once
#include "app/workstation/runs/run_view.h"

#include <QWidget>

class QLabel;
class QProgressBar;
class QPushButton;

namespace mama {

// A run's true state, what is odd about it, how far it is, what it uses, and what can be asked of it.
class RunHeader : public QWidget
{
    Q_OBJECT
public:
    explicit RunHeader(QWidget* parent = nullptr);
    void show(const RunView* run); // nullptr: no run is chosen
    void setCompact(bool compact); // without the gauges, to leave room for maps

Q_SIGNALS:
    void asked(ControlRequest::Ask ask);
    void resumeAsked();

private:
    void showButtons(const RunView* run);
    void showHealth(const RunView* run);

    QLabel *m_name, *m_status, *m_health, *m_progressText;
    QProgressBar* m_progress;
    QPushButton *m_stop, *m_pause, *m_checkpoint, *m_resume;
    std::vector<QLabel*> m_gauges;
    bool m_paused = false, m_compact = false;
};

} // namespace mama

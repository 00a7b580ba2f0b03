#pragma once
#include "app/workstation/engine/model_session.h"

#include <QStatusBar>

class QLabel;
class QProgressBar;
class QToolButton;

namespace mama {

// The status bar: what lies under the pointer, what is under way with its cancel button, and the engine's state,
// model and device.
class StatusArea : public QStatusBar
{
    Q_OBJECT
public:
    explicit StatusArea(QWidget* parent = nullptr);

    void setReadOut(const QString& text);
    enum class Task { Reading, Engine };
    // total < 0: nothing is under way; 0: not known how much.
    void setProgress(Task task, const QString& phase, qint64 done, qint64 total);
    void setDisplayNote(const QString& text); // how pictures are drawn, if not as they are; empty: they are
    void setEngine(const ModelSession& session);

Q_SIGNALS:
    void cancelAsked();

private:
    struct Work
    {
        QString phase;
        qint64 done = 0, total = -1;
    };
    void showProgress();

    Work m_work[2];
    QLabel *m_readOut, *m_phase, *m_dot, *m_engine, *m_display, *m_notice;
    QProgressBar* m_bar;
    QToolButton* m_cancel;
};

} // namespace mama

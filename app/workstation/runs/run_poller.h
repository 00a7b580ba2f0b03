#pragma once
#include "app/workstation/runs/run_monitor.h"

#include <QTimer>

namespace mama {

// The part of RunMonitor that lives on its thread.
class RunPoller : public QObject
{
    Q_OBJECT
public:
    void begin();
    void watch(const QString& folder);
    void forget(const QString& folder) { m_runs.remove(folder); }
    void ask(const QString& folder, ControlRequest::Ask ask);

Q_SIGNALS:
    void news(const std::shared_ptr<const RunNews>& news);
    void askFailed(const QString& reason);

private:
    struct Followed
    {
        RunFolder folder;
        MetricsReader metrics;
        qint64 logOffset = 0;
        bool configRead = false;
    };
    void poll();
    bool look(Followed& run); // whether more waits to be read
    static bool replaced(const Followed& run);
    QStringList newLog(Followed& run);

    QTimer* m_timer = nullptr;
    QMap<QString, std::shared_ptr<Followed>> m_runs;
};

} // namespace mama

#pragma once
#include "app/workstation/runs/run_monitor.h"

#include "core/protocol/run_shelf.h"

#include <QElapsedTimer>
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
    void watchShelf(const QString& source);
    void forgetShelf(const QString& source) { m_shelves.remove(source); }
    void ask(const QString& folder, ControlRequest::Ask ask);

Q_SIGNALS:
    void news(const std::shared_ptr<const RunNews>& news);
    void shelfNews(const std::shared_ptr<const ShelfNews>& news);
    void askFailed(const QString& reason);

private:
    struct Followed
    {
        QString name;
        RunFolder folder;
        MetricsReader metrics;
        qint64 logOffset = 0;
        bool configRead = false, begun = false; // begun: there was a run
    };
    struct Shelf
    {
        RunShelf runs;
        QString status; // as told last
        bool told = false;
    };
    void poll();
    void lookAtShelves();
    void look(const QString& source, Shelf& shelf);
    void read(Followed& run, RunNews& news, bool& more);
    bool look(Followed& run); // whether more waits to be read
    static void tellFailedResume(const QString& folder, RunNews& news);
    static bool replaced(const Followed& run);
    QStringList newLog(Followed& run);

    QTimer* m_timer = nullptr;
    QMap<QString, std::shared_ptr<Followed>> m_runs;
    QMap<QString, std::shared_ptr<Shelf>> m_shelves;
    QElapsedTimer m_sinceShelves;
    qint64 m_shelfPause = 0; // ms
};

} // namespace mama

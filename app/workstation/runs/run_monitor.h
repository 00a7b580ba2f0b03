#pragma once
#include "core/protocol/run_entry.h"
#include "core/protocol/run_folder.h"

#include <QMap>
#include <QObject>
#include <QString>
#include <QStringList>
#include <QThread>
#include <memory>
#include <optional>
#include <vector>

namespace mama {

// What a look at a run folder found since the last one.
struct RunNews
{
    QString folder;
    bool restarted = false;        // forget earlier records
    bool replaced = false;         // forget all: the folder is another one, or gone
    std::optional<RunState> state; // empty: no run is written here (yet)
    QString status; // as a person should see it: also "died"; without a state "waiting", "missing" or "unreadable"
    std::optional<ControlRequest::Ask> asked; // and not yet taken by the run
    QString problem;                          // why there is no state
    std::optional<nlohmann::json> config;     // once
    std::vector<RunRecord> records;
    std::vector<RunFolder::Checkpoint> checkpoints;
    QStringList log;
};

// What a look at a folder of runs found since the last one.
struct ShelfNews
{
    QString source;                // the folder that is watched
    std::vector<RunEntry> changed; // new ones too
    QStringList gone;
    QString status, problem; // of a folder without any run: "waiting" or "missing", and why
};

class RunPoller;

// Follows run folders, twice a second and on a thread of its own: the window's thread never waits for a disk. Only
// what was added to a file is read again. Folders of runs are looked at every other second, without the runs' curves.
class RunMonitor : public QObject
{
    Q_OBJECT
public:
    explicit RunMonitor(QObject* parent = nullptr);
    ~RunMonitor() override;

    void watch(const QString& folder);
    void forget(const QString& folder);
    void watchShelf(const QString& source); // a run, or a folder of runs
    void forgetShelf(const QString& source);
    // Written by the same thread; a failure comes back by askFailed().
    void ask(const QString& folder, ControlRequest::Ask ask);

Q_SIGNALS:
    void news(const std::shared_ptr<const RunNews>& news);
    void shelfNews(const std::shared_ptr<const ShelfNews>& news); // the first time always
    void askFailed(const QString& reason);

private:
    QThread m_thread;
    RunPoller* m_poller;
};

} // namespace mama

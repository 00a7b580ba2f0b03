#include "app/workstation/runs/run_poller.h"

#include "app/workstation/runs/run_launch.h"
#include "app/workstation/runs/run_path.h"
#include "core/protocol/run_liveness.h"
#include "widgets/look/shown_text.h"

#include <QFile>
#include <QFileInfo>
#include <algorithm>
#include <filesystem>
#include <utility>

namespace mama {
namespace {

constexpr int interval = 500;          // ms
constexpr qint64 shelfInterval = 2000; // ms
constexpr std::size_t recordBytes =
    512 * 1024; // a look, so that a long run arrives in pieces that do not stall the window
constexpr qint64 logBytes = 256 * 1024;

} // namespace

void RunPoller::begin()
{
    m_timer = new QTimer(this);
    m_timer->setSingleShot(true);
    connect(m_timer, &QTimer::timeout, this, &RunPoller::poll);
    m_timer->start(0);
}

void RunPoller::watch(const QString& folder)
{
    if (m_runs.contains(folder))
        return;
    const RunFolder run(folderPath(folder));
    m_runs.insert(folder, std::make_shared<Followed>(Followed{folder, run, MetricsReader(run.metricsFile())}));
    m_timer->start(0);
}

void RunPoller::watchShelf(const QString& source)
{
    if (m_shelves.contains(source))
        return;
    m_shelves.insert(source, std::make_shared<Shelf>(Shelf{RunShelf(folderPath(source)), {}, false}));
    m_shelfPause = 0;
    m_timer->start(0);
}

void RunPoller::ask(const QString& folder, ControlRequest::Ask what)
{
    try {
        RunFolder(folderPath(folder)).ask(what);
    } catch (const std::exception& error) {
        Q_EMIT askFailed(shownError(error));
    }
}

void RunPoller::poll()
{
    bool more = false;
    for (const auto& run : std::as_const(m_runs))
        more = look(*run) || more;
    lookAtShelves();
    m_timer->start(more ? 20 : interval);
}

// A slow disk gets longer pauses, so that the runs that are followed are not kept waiting.
void RunPoller::lookAtShelves()
{
    if (m_sinceShelves.isValid() && m_sinceShelves.elapsed() < m_shelfPause)
        return;
    QElapsedTimer clock;
    clock.start();
    for (auto shelf = m_shelves.cbegin(); shelf != m_shelves.cend(); ++shelf)
        look(shelf.key(), **shelf);
    m_shelfPause = std::max(shelfInterval, 5 * clock.elapsed());
    m_sinceShelves.start();
}

void RunPoller::look(const QString& source, Shelf& shelf)
{
    auto news = std::make_shared<ShelfNews>();
    news->source = source;
    RunShelf::News found = shelf.runs.look();
    for (const auto& run : found.gone)
        news->gone << folderText(run);
    news->changed = std::move(found.changed);
    if (shelf.runs.size() == 0) {
        std::error_code failed;
        const bool there = std::filesystem::exists(folderPath(source), failed);
        news->status = there || wasLaunched(source) ? QStringLiteral("waiting") : QStringLiteral("missing");
        news->problem = there && !found.problem.empty() ? shownText(found.problem) : launchProblem(source);
    }
    const QString status = news->status + news->problem;
    if (shelf.told && status == shelf.status && news->changed.empty() && news->gone.isEmpty())
        return;
    shelf.told = true;
    shelf.status = status;
    Q_EMIT shelfNews(news);
}

bool RunPoller::look(Followed& run)
{
    auto news = std::make_shared<RunNews>();
    news->folder = run.name;
    bool more = false;
    try {
        if (replaced(run)) {
            run = {run.name, run.folder, MetricsReader(run.folder.metricsFile())};
            news->restarted = news->replaced = true;
        }
        if (std::error_code failed; !std::filesystem::exists(run.folder.stateFile(), failed) && !failed) {
            const bool there = std::filesystem::exists(run.folder.path());
            news->status = there || wasLaunched(news->folder) ? QStringLiteral("waiting") : QStringLiteral("missing");
            news->problem = launchProblem(news->folder);
        } else {
            read(run, *news, more);
        }
    } catch (const std::exception& error) {
        if (!news->state)
            news->status = QStringLiteral("unreadable");
        news->problem += (news->problem.isEmpty() ? QString() : QStringLiteral("; ")) + shownError(error);
    }
    Q_EMIT this->news(news);
    return more;
}

// A configuration that cannot be read hides neither state nor curves.
void RunPoller::read(Followed& run, RunNews& news, bool& more)
{
    try {
        if (!run.configRead)
            news.config = run.folder.config();
        run.configRead = true;
    } catch (const std::exception& error) {
        news.problem = shownError(error);
    }
    news.state = run.folder.state();
    news.status = QString::fromStdString(shownStatus(*news.state));
    if (!std::exchange(run.begun, true))
        launchSeen(run.name);
    tellFailedResume(run.name, news);
    if (const auto request = run.folder.asked())
        news.asked = request->ask;
    auto added = run.metrics.poll(recordBytes);
    news.restarted = news.restarted || added.restarted;
    news.records = std::move(added.records);
    more = added.more;
    news.checkpoints = run.folder.checkpoints();
    news.log = newLog(run);
}

// A process that was to go on with the run and could not has no part in its state.
void RunPoller::tellFailedResume(const QString& folder, RunNews& news)
{
    const RunStatus status = news.state->status;
    const bool ended =
        status == RunStatus::Stopped || status == RunStatus::Failed || news.status == QLatin1String("died");
    const QString error = ended ? lastError(folder) : QString();
    if (!error.isEmpty() && error != QString::fromStdString(news.state->reason))
        news.problem += (news.problem.isEmpty() ? QString() : QStringLiteral("; ")) + error;
}

// A run appends to its log, and its folder stays: else someone has removed it, and perhaps made another one there.
bool RunPoller::replaced(const Followed& run)
{
    std::error_code failed;
    return run.begun && (!std::filesystem::exists(run.folder.stateFile(), failed) ||
                         QFileInfo(QString::fromStdString(run.folder.logFile().string())).size() < run.logOffset);
}

QStringList RunPoller::newLog(Followed& run)
{
    QFile file(QString::fromStdString(run.folder.logFile().string()));
    if (!QFileInfo(file).isFile() || !file.open(QIODevice::ReadOnly)) // a FIFO would be waited for
        return {};
    if (run.logOffset == 0 && file.size() > logBytes) // of a long log its end
        run.logOffset = file.size() - logBytes;
    if (file.size() <= run.logOffset || !file.seek(run.logOffset))
        return {};
    QByteArray bytes = file.read(logBytes);
    bytes.truncate(bytes.lastIndexOf('\n') + 1);
    run.logOffset += bytes.size();
    return QString::fromUtf8(bytes).split(QLatin1Char('\n'), Qt::SkipEmptyParts);
}

} // namespace mama

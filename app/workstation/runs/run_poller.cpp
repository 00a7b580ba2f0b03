#include "app/workstation/runs/run_poller.h"

#include "app/workstation/runs/run_launch.h"
#include "core/protocol/run_liveness.h"
#include "widgets/look/shown_text.h"

#include <QFile>
#include <QFileInfo>
#include <filesystem>

namespace mama {
namespace {

constexpr int interval = 500; // ms
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
    const RunFolder run(folder.toStdString());
    m_runs.insert(folder, std::make_shared<Followed>(Followed{run, MetricsReader(run.metricsFile())}));
    m_timer->start(0);
}

void RunPoller::ask(const QString& folder, ControlRequest::Ask what)
{
    try {
        RunFolder(folder.toStdString()).ask(what);
    } catch (const std::exception& error) {
        Q_EMIT askFailed(shownError(error));
    }
}

void RunPoller::poll()
{
    bool more = false;
    for (const auto& run : std::as_const(m_runs))
        more = look(*run) || more;
    m_timer->start(more ? 20 : interval);
}

bool RunPoller::look(Followed& run)
{
    auto news = std::make_shared<RunNews>();
    news->folder = QString::fromStdString(run.folder.path().string());
    bool more = false;
    try {
        if (replaced(run)) {
            run = {run.folder, MetricsReader(run.folder.metricsFile())};
            news->restarted = news->replaced = true;
        }
        if (!run.folder.exists()) {
            const bool there = std::filesystem::exists(run.folder.path());
            news->status = there || wasLaunched(news->folder) ? QStringLiteral("waiting") : QStringLiteral("missing");
            news->problem = launchProblem(news->folder);
        } else {
            if (!run.configRead) {
                news->config = run.folder.config();
                run.configRead = true;
            }
            news->state = run.folder.state();
            news->status = QString::fromStdString(shownStatus(*news->state));
            if (const auto request = run.folder.asked())
                news->asked = request->ask;
            auto added = run.metrics.poll(recordBytes);
            news->restarted = news->restarted || added.restarted;
            news->records = std::move(added.records);
            more = added.more;
            news->checkpoints = run.folder.checkpoints();
            news->log = newLog(run);
        }
    } catch (const std::exception& error) {
        if (!news->state)
            news->status = QStringLiteral("unreadable");
        news->problem = shownError(error);
    }
    Q_EMIT this->news(news);
    return more;
}

// A run appends to its log, and its folder stays: else someone has removed it, and perhaps made another one there.
bool RunPoller::replaced(const Followed& run)
{
    return run.configRead && (!run.folder.exists() ||
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

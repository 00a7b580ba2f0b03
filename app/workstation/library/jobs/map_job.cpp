#include "app/workstation/library/jobs/map_job.h"

#include <nlohmann/json.hpp>
#include <utility>

namespace mama {
namespace {

constexpr int leaveTime = 5'000; // ms, for one that was asked to end

} // namespace

MapJob::MapJob(QString program, QObject* parent) : QObject(parent), m_process(std::move(program))
{
    connect(&m_process, &CommandProcess::line, this, &MapJob::take);
    connect(&m_process, &CommandProcess::linesRead, this, &MapJob::changed);
    connect(&m_process, &CommandProcess::ended, this, &MapJob::ended);
    connect(&m_process, &CommandProcess::notStarted, this, [this](const QString& why) {
        m_problem = why;
        Q_EMIT changed();
    });
}

MapJob::~MapJob() { m_process.abandon(0); } // a map appears by its rename alone

void MapJob::start(const Request& request)
{
    if (m_process.running())
        return;
    m_request = request;
    m_problem.clear();
    m_phase.clear();
    m_isCancelled = false;
    m_done = m_total = 0;
    m_process.start({QStringLiteral("--quiet"), QStringLiteral("library"), QStringLiteral("map"),
                     QStringLiteral("make"), QStringLiteral("--library"), request.library, QStringLiteral("--model"),
                     request.set, QStringLiteral("--level"), request.level, QStringLiteral("--method"), request.method,
                     QStringLiteral("--nice"), QStringLiteral("10"), QStringLiteral("--progress"),
                     QStringLiteral("json")});
    Q_EMIT changed();
}

void MapJob::cancel()
{
    if (!m_process.running())
        return;
    m_isCancelled = true;
    m_process.end(leaveTime);
}

void MapJob::take(const std::string& line)
{
    const nlohmann::json message = nlohmann::json::parse(line, nullptr, false);
    if (!message.is_object() || message.contains("result"))
        return;
    m_phase = QString::fromStdString(message.value("phase", std::string()));
    m_done = message.value("done", std::int64_t(0));
    m_total = message.value("total", std::int64_t(0));
}

void MapJob::ended(int status, QProcess::ExitStatus how, const QString& words)
{
    const bool made = how == QProcess::NormalExit && status == 0;
    if (!made && !m_isCancelled)
        m_problem = how == QProcess::CrashExit ? tr("The process was killed or crashed.")
                    : words.isEmpty()          ? tr("The process ended with status %1.").arg(status)
                                               : words;
    Q_EMIT changed();
    if (made)
        Q_EMIT finished();
}

} // namespace mama

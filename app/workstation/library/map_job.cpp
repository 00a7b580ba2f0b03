#include "app/workstation/library/map_job.h"

#include <QTimer>
#include <nlohmann/json.hpp>
#include <utility>

namespace mama {
namespace {

constexpr int leaveTime = 5'000; // ms, for one that was asked to end

} // namespace

MapJob::MapJob(QString program, QObject* parent) : QObject(parent), m_program(std::move(program)) {}

MapJob::~MapJob()
{
    if (!m_process)
        return;
    m_process->disconnect(this);
    m_process->kill(); // a map appears by its rename alone
    m_process->waitForFinished(1000);
}

void MapJob::start(const Request& request)
{
    if (m_process)
        return;
    m_request = request;
    m_lines = protocol::LineSplitter();
    m_said.clear();
    m_problem.clear();
    m_phase.clear();
    m_isCancelled = false;
    m_done = m_total = 0;
    m_process = new QProcess(this);
    connect(m_process, &QProcess::readyReadStandardOutput, this, &MapJob::readLines);
    connect(m_process, &QProcess::readyReadStandardError, this,
            [this] { m_said.add(m_process->readAllStandardError()); });
    connect(m_process, &QProcess::finished, this, &MapJob::ended);
    connect(m_process, &QProcess::errorOccurred, this, [this](QProcess::ProcessError error) {
        if (error != QProcess::FailedToStart)
            return;
        m_problem = tr("%1 could not be started: %2").arg(m_program, m_process->errorString());
        m_process->deleteLater();
        m_process = nullptr;
        Q_EMIT changed();
    });
    m_process->start(m_program, {QStringLiteral("--quiet"), QStringLiteral("library"), QStringLiteral("map"),
                                 QStringLiteral("make"), QStringLiteral("--library"), request.library,
                                 QStringLiteral("--model"), request.set, QStringLiteral("--level"), request.level,
                                 QStringLiteral("--method"), request.method, QStringLiteral("--nice"),
                                 QStringLiteral("10"), QStringLiteral("--progress"), QStringLiteral("json")});
    m_process->closeWriteChannel();
    Q_EMIT changed();
}

void MapJob::cancel()
{
    if (!m_process)
        return;
    m_isCancelled = true;
    m_process->terminate();
    QTimer::singleShot(leaveTime, m_process, &QProcess::kill);
}

void MapJob::readLines()
{
    const QByteArray bytes = m_process->readAllStandardOutput();
    for (const auto& line : m_lines.add({bytes.constData(), static_cast<std::size_t>(bytes.size())})) {
        const nlohmann::json message = nlohmann::json::parse(line.text, nullptr, false);
        if (!message.is_object() || message.contains("result"))
            continue;
        m_phase = QString::fromStdString(message.value("phase", std::string()));
        m_done = message.value("done", std::int64_t(0));
        m_total = message.value("total", std::int64_t(0));
    }
    Q_EMIT changed();
}

void MapJob::ended(int status, QProcess::ExitStatus how)
{
    m_said.add(m_process->readAllStandardError());
    m_process->deleteLater();
    m_process = nullptr;
    const bool made = how == QProcess::NormalExit && status == 0;
    if (!made && !m_isCancelled) {
        const QString words = m_said.last();
        m_problem = how == QProcess::CrashExit ? tr("The process was killed or crashed.")
                    : words.isEmpty()          ? tr("The process ended with status %1.").arg(status)
                                               : words;
    }
    Q_EMIT changed();
    if (made)
        Q_EMIT finished();
}

} // namespace mama

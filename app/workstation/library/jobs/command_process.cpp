#include "app/workstation/library/jobs/command_process.h"

#include <QTimer>
#include <utility>

namespace mama {

CommandProcess::CommandProcess(QString program, QObject* parent) : QObject(parent), m_program(std::move(program)) {}

void CommandProcess::start(const QStringList& arguments)
{
    if (m_process)
        return;
    m_lines = protocol::LineSplitter();
    m_said.clear();
    m_process = new QProcess(this);
    connect(m_process, &QProcess::readyReadStandardOutput, this, &CommandProcess::readLines);
    connect(m_process, &QProcess::readyReadStandardError, this,
            [this] { m_said.add(m_process->readAllStandardError()); });
    connect(m_process, &QProcess::finished, this, [this](int status, QProcess::ExitStatus how) {
        readLines();
        m_said.add(m_process->readAllStandardError());
        m_process->deleteLater();
        m_process = nullptr;
        Q_EMIT ended(status, how, m_said.last());
    });
    connect(m_process, &QProcess::errorOccurred, this, [this](QProcess::ProcessError error) {
        if (error != QProcess::FailedToStart)
            return;
        const QString why = tr("%1 could not be started: %2").arg(m_program, m_process->errorString());
        m_process->deleteLater();
        m_process = nullptr;
        Q_EMIT notStarted(why);
    });
    m_process->start(m_program, arguments);
    if (m_process) // else it could not be, and that was told
        m_process->closeWriteChannel();
}

void CommandProcess::end(int patience)
{
    if (!m_process)
        return;
    m_process->terminate();
    QTimer::singleShot(patience, m_process, &QProcess::kill);
}

void CommandProcess::abandon(int patience)
{
    if (!m_process)
        return;
    m_process->disconnect(this);
    if (patience > 0) {
        m_process->terminate();
        if (m_process->waitForFinished(patience))
            return;
    }
    m_process->kill();
    m_process->waitForFinished(1000);
}

void CommandProcess::readLines()
{
    const QByteArray bytes = m_process->readAllStandardOutput();
    for (const auto& each : m_lines.add({bytes.constData(), static_cast<std::size_t>(bytes.size())}))
        Q_EMIT line(each.text);
    Q_EMIT linesRead();
}

} // namespace mama

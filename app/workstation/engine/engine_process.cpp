#include "app/workstation/engine/engine_process.h"

#include "widgets/look/shown_text.h"

#include <utility>

namespace mama {
namespace {

constexpr int maximumDeathsInARow = 5;
constexpr int leaveTime = 3000;            // ms to end by itself
constexpr int signOfLifeTime = 3000;       // ms
constexpr int unheardLimit = 4;            // signs of life that do not come
constexpr qint64 aliveLongEnough = 20'000; // ms after which a death starts the count anew

QString describeExit(int status, QProcess::ExitStatus how, const QString& lastWords)
{
    QString text = how == QProcess::CrashExit ? EngineProcess::tr("The engine was killed or crashed.")
                                              : EngineProcess::tr("The engine ended with status %1.").arg(status);
    if (!lastWords.isEmpty())
        text += QLatin1Char(' ') + EngineProcess::tr("Its last words: %1").arg(lastWords.trimmed().left(300));
    return text;
}

QString shownFailure(const protocol::Failure& failure)
{
    return failure.text.empty() ? QString::fromStdString(failure.message()) : shownLine(failure.text);
}

} // namespace

EngineProcess::EngineProcess(QString program, QObject* parent) : QObject(parent), m_program(std::move(program))
{
    m_pause.setSingleShot(true);
    connect(&m_pause, &QTimer::timeout, this, &EngineProcess::spawn);
    m_watch.setInterval(signOfLifeTime);
    connect(&m_watch, &QTimer::timeout, this, &EngineProcess::watch);
}

EngineProcess::~EngineProcess()
{
    if (!m_process)
        return;
    m_process->disconnect(this);
    m_process->closeWriteChannel(); // end of input: the engine leaves by itself
    if (!m_process->waitForFinished(1000)) {
        m_process->kill();
        m_process->waitForFinished(1000);
    }
}

void EngineProcess::start()
{
    m_deathsInARow = 0;
    if (m_process && m_silent)
        return m_process->kill(); // its end starts the next
    if (!m_process && !m_pause.isActive())
        spawn();
}

void EngineProcess::stop()
{
    m_pause.stop();
    if (!m_process)
        return;
    QProcess* leaving = std::exchange(m_process, nullptr);
    leaving->disconnect(this);
    connect(leaving, &QProcess::finished, leaving, &QObject::deleteLater);
    connect(leaving, &QProcess::errorOccurred, leaving, &QObject::deleteLater);
    leaving->closeWriteChannel();
    QTimer::singleShot(leaveTime, leaving, &QProcess::kill);
    setState(State::Stopped);
}

void EngineProcess::spawn()
{
    m_lines = protocol::LineSplitter();
    m_said.clear();
    m_process = new QProcess(this);
    m_process->setProcessChannelMode(QProcess::SeparateChannels);
    connect(m_process, &QProcess::readyReadStandardOutput, this, &EngineProcess::readLines);
    connect(m_process, &QProcess::readyReadStandardError, this,
            [this] { m_said.add(m_process->readAllStandardError()); });
    connect(m_process, &QProcess::finished, this, [this](int status, QProcess::ExitStatus how) {
        m_said.add(m_process->readAllStandardError());
        ended(describeExit(status, how, m_said.last()));
    });
    connect(m_process, &QProcess::errorOccurred, this, [this](QProcess::ProcessError error) {
        if (error == QProcess::FailedToStart)
            ended(tr("The engine could not be started: %1: %2").arg(m_program, m_process->errorString()));
    });
    setState(State::Starting);
    m_alive.start();
    m_process->start(m_program, {QStringLiteral("engine")});
    m_helloId = m_nextId++;
    write(protocol::requestLine(m_helloId, protocol::HelloRequest::method,
                                protocol::HelloRequest{protocol::version, "mama-workstation"}.toJson()));
}

int EngineProcess::send(const char* method, const nlohmann::json& params)
{
    if (m_state != State::Ready)
        return 0;
    const int id = m_nextId++;
    write(protocol::requestLine(id, method, params));
    return id;
}

void EngineProcess::cancel(int id)
{
    if (m_state == State::Ready && id != 0)
        write(protocol::notificationLine(protocol::CancelRequest::method, protocol::CancelRequest{id}.toJson()));
}

// An engine answers a request for the end of a request that there is not, at once, also while it computes.
void EngineProcess::watch()
{
    if (m_state != State::Ready)
        return;
    if (++m_unheard > unheardLimit && !m_silent) {
        m_silent = true;
        Q_EMIT stateChanged();
    }
    if (m_unheard <= unheardLimit) // its pipe must not fill
        send(protocol::CancelRequest::method, protocol::CancelRequest{0}.toJson());
}

void EngineProcess::heard()
{
    m_unheard = 0;
    if (std::exchange(m_silent, false))
        Q_EMIT stateChanged();
}

void EngineProcess::write(const std::string& line) { m_process->write(QByteArray::fromStdString(line)); }

void EngineProcess::readLines()
{
    const QProcess* process = m_process;
    const QByteArray bytes = m_process->readAllStandardOutput();
    heard();
    for (const auto& line : m_lines.add({bytes.constData(), static_cast<std::size_t>(bytes.size())})) {
        handle(line.text);
        if (m_process != process) // whoever heard of it has ended the process
            return;
    }
}

void EngineProcess::handle(const std::string& line)
{
    const protocol::Answer answer = protocol::parseAnswer(line);
    const int id = answer.id.is_number_integer() ? answer.id.get<int>() : 0;
    switch (answer.kind) {
    case protocol::Answer::Kind::Progress:
        Q_EMIT progressed(id, static_cast<qint64>(answer.progress.done), static_cast<qint64>(answer.progress.total),
                          QString::fromStdString(answer.progress.phase));
        break;
    case protocol::Answer::Kind::Failed:
        Q_EMIT failed(id, shownFailure(answer.failure), QString::fromStdString(answer.failure.where));
        break;
    case protocol::Answer::Kind::Result:
        if (id == m_helloId && m_state == State::Starting)
            greet(answer.result);
        else
            Q_EMIT replied(id, answer.result);
        break;
    case protocol::Answer::Kind::Other: break; // half a line of a process that ends: `finished` reports it
    }
}

void EngineProcess::greet(const nlohmann::json& result)
{
    try {
        const auto hello = protocol::HelloReply::fromJson(result);
        setState(State::Ready);
        Q_EMIT ready(hello);
    } catch (const Error& error) { // no engine of this program
        Q_EMIT failed(m_helloId, shownError(error), QString::fromStdString(error.where()));
    }
}

void EngineProcess::ended(const QString& reason)
{
    if (!m_process)
        return;
    m_process->disconnect(this);
    m_process->deleteLater();
    m_process = nullptr;
    m_deathsInARow = m_alive.elapsed() > aliveLongEnough ? 1 : m_deathsInARow + 1;
    setState(State::Stopped);
    Q_EMIT died(reason);
    if (m_deathsInARow < maximumDeathsInARow) {
        ++m_restarts;
        m_pause.start(m_deathsInARow <= 1 ? 0 : 200 << m_deathsInARow);
    }
}

bool EngineProcess::gaveUp() const { return m_state == State::Stopped && m_deathsInARow >= maximumDeathsInARow; }

void EngineProcess::setState(State state)
{
    m_state = state;
    m_unheard = 0;
    m_silent = false;
    if (state == State::Ready)
        m_watch.start();
    else
        m_watch.stop();
    Q_EMIT stateChanged();
}

} // namespace mama

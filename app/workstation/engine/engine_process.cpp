#include "app/workstation/engine/engine_process.h"

#include <utility>

namespace mama {
namespace {

constexpr int maximumDeathsInARow = 5;
constexpr int leaveTime = 3000;            // ms to end by itself
constexpr qint64 aliveLongEnough = 20'000; // ms after which a death starts the count anew

QString describeExit(int status, QProcess::ExitStatus how, const QByteArray& lastError)
{
    QString text = how == QProcess::CrashExit ? EngineProcess::tr("The engine was killed or crashed.")
                                              : EngineProcess::tr("The engine ended with status %1.").arg(status);
    if (!lastError.isEmpty())
        text += QLatin1Char(' ') +
                EngineProcess::tr("Its last words: %1").arg(QString::fromUtf8(lastError).trimmed().left(300));
    return text;
}

} // namespace

EngineProcess::EngineProcess(QString program, QObject* parent) : QObject(parent), m_program(std::move(program))
{
    m_pause.setSingleShot(true);
    connect(&m_pause, &QTimer::timeout, this, &EngineProcess::spawn);
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
    m_buffer.clear();
    m_lastError.clear();
    m_process = new QProcess(this);
    m_process->setProcessChannelMode(QProcess::SeparateChannels);
    connect(m_process, &QProcess::readyReadStandardOutput, this, &EngineProcess::readLines);
    connect(m_process, &QProcess::readyReadStandardError, this, [this] {
        const QList<QByteArray> lines = m_process->readAllStandardError().split('\n');
        for (const QByteArray& line : lines)
            if (!line.trimmed().isEmpty())
                m_lastError = line;
    });
    connect(m_process, &QProcess::finished, this,
            [this](int status, QProcess::ExitStatus how) { ended(describeExit(status, how, m_lastError)); });
    connect(m_process, &QProcess::errorOccurred, this, [this](QProcess::ProcessError error) {
        if (error == QProcess::FailedToStart)
            ended(tr("The engine could not be started: %1: %2").arg(m_program, m_process->errorString()));
    });
    setState(State::Starting);
    m_alive.start();
    m_process->start(m_program, {QStringLiteral("engine")});
    m_helloId = m_nextId++;
    const nlohmann::json hello = {{"jsonrpc", "2.0"},
                                  {"id", m_helloId},
                                  {"method", "hello"},
                                  {"params", {{"protocol", 1}, {"client", "mama-workstation"}}}};
    m_process->write(QByteArray::fromStdString(hello.dump() + "\n"));
}

int EngineProcess::request(const std::string& method, const nlohmann::json& parameters)
{
    if (m_state != State::Ready)
        return 0;
    const int id = m_nextId++;
    const nlohmann::json message = {{"jsonrpc", "2.0"}, {"id", id}, {"method", method}, {"params", parameters}};
    m_process->write(
        QByteArray::fromStdString(message.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace) + "\n"));
    return id;
}

void EngineProcess::cancel(int id)
{
    if (m_state != State::Ready || id == 0)
        return;
    const nlohmann::json message = {{"jsonrpc", "2.0"}, {"method", "cancel"}, {"params", {{"id", id}}}};
    m_process->write(QByteArray::fromStdString(message.dump() + "\n"));
}

void EngineProcess::readLines()
{
    m_buffer += m_process->readAllStandardOutput();
    qsizetype start = 0;
    for (qsizetype end = m_buffer.indexOf('\n'); end >= 0; end = m_buffer.indexOf('\n', start)) {
        handle(m_buffer.mid(start, end - start).toStdString());
        start = end + 1;
        if (!m_process)
            return;
    }
    m_buffer.remove(0, start);
}

void EngineProcess::handle(const std::string& line)
{
    const nlohmann::json message = nlohmann::json::parse(line, nullptr, false);
    if (!message.is_object())
        return; // half a line of a process that is being killed; its end is reported by `finished`
    if (message.contains("method")) {
        const nlohmann::json parameters = message.value("params", nlohmann::json::object());
        if (message["method"] == "progress" && parameters.is_object())
            Q_EMIT progressed(parameters.value("id", 0), parameters.value("done", qint64{0}),
                              parameters.value("total", qint64{0}),
                              QString::fromStdString(parameters.value("phase", std::string())));
        return;
    }
    const int id = message.contains("id") && message["id"].is_number_integer() ? message["id"].get<int>() : 0;
    if (message.contains("error")) {
        const nlohmann::json& error = message["error"];
        const nlohmann::json data = error.value("data", nlohmann::json::object());
        Q_EMIT failed(id, QString::fromStdString(error.value("message", std::string())),
                      QString::fromStdString(data.is_object() ? data.value("where", std::string()) : std::string()));
    } else if (id == m_helloId && m_state == State::Starting) {
        setState(State::Ready);
        Q_EMIT ready(message["result"]);
    } else if (message.contains("result")) {
        Q_EMIT replied(id, message["result"]);
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

void EngineProcess::setState(State state)
{
    m_state = state;
    Q_EMIT stateChanged();
}

} // namespace mama

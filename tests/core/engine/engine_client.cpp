#include "tests/core/engine/engine_client.h"

#include "tests/support/test_data.h"

#include <QElapsedTimer>
#include <csignal>

namespace mama::test {

using nlohmann::json;

EngineClient::EngineClient(const QStringList& arguments)
{
    process.setStandardErrorFile(QProcess::nullDevice());
    process.start(QString::fromStdString(program("mama").string()), QStringList{QStringLiteral("engine")} + arguments);
}

EngineClient::~EngineClient()
{
    if (process.state() == QProcess::NotRunning)
        return;
    process.closeWriteChannel();
    if (!process.waitForFinished(10000)) {
        process.kill();
        process.waitForFinished(10000);
    }
}

bool EngineClient::hello() { return call("hello", {{"protocol", 1}, {"client", "test"}}).contains("result"); }

void EngineClient::send(const std::string& line) { process.write(QByteArray::fromStdString(line + "\n")); }

int EngineClient::request(const std::string& method, const json& params)
{
    const int id = m_next++;
    send(json{{"jsonrpc", "2.0"}, {"id", id}, {"method", method}, {"params", params}}.dump());
    return id;
}

void EngineClient::cancel(int id)
{
    send(json{{"jsonrpc", "2.0"}, {"method", "cancel"}, {"params", {{"id", id}}}}.dump());
}

bool EngineClient::readMore(int milliseconds)
{
    if (process.bytesAvailable() == 0 && !process.waitForReadyRead(milliseconds) && process.bytesAvailable() == 0)
        return false;
    m_buffer += process.readAllStandardOutput();
    for (qsizetype end = m_buffer.indexOf('\n'); end >= 0; end = m_buffer.indexOf('\n')) {
        const std::string line = m_buffer.left(end).toStdString();
        m_buffer.remove(0, end + 1);
        const json message = json::parse(line, nullptr, false);
        if (!message.is_object() || message.value("jsonrpc", "") != "2.0")
            stray.push_back(line);
        else if (message.value("method", "") == "progress")
            ++m_progress[message.at("params").at("id").get<int>()];
        else if (message.at("id").is_number_integer())
            m_replies[message.at("id").get<int>()] = message;
        else
            m_anonymous.push_back(message);
    }
    return true;
}

json EngineClient::reply(int id, int milliseconds)
{
    QElapsedTimer timer;
    timer.start();
    while (!m_replies.contains(id) && timer.elapsed() < milliseconds)
        if (!readMore(static_cast<int>(milliseconds - timer.elapsed())))
            break;
    return m_replies.contains(id) ? m_replies[id] : json::object();
}

json EngineClient::anonymous(int milliseconds)
{
    while (m_anonymous.empty())
        if (!readMore(milliseconds))
            return json::object();
    const json first = m_anonymous.front();
    m_anonymous.erase(m_anonymous.begin());
    return first;
}

bool EngineClient::progressOf(int id, int milliseconds)
{
    while (!m_progress.contains(id) && !m_replies.contains(id))
        if (!readMore(milliseconds))
            return false;
    return m_progress.contains(id);
}

void EngineClient::kill()
{
    ::kill(static_cast<pid_t>(process.processId()), SIGKILL);
    process.waitForFinished(20000);
}

bool EngineClient::closeInput(int milliseconds)
{
    process.closeWriteChannel();
    return process.waitForFinished(milliseconds) && process.exitStatus() == QProcess::NormalExit &&
           process.exitCode() == 0;
}

} // namespace mama::test

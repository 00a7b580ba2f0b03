#pragma once
#include "app/workstation/engine/error_words.h"
#include "core/protocol/engine_replies.h"
#include "core/protocol/engine_requests.h"
#include "core/protocol/line_splitter.h"

#include <QElapsedTimer>
#include <QObject>
#include <QProcess>
#include <QString>
#include <QStringList>
#include <QTimer>
#include <nlohmann/json.hpp>

namespace mama {

// The background worker behind the window: starts `mama engine`, frames its JSON-RPC lines, numbers requests, and
// starts it again when it dies. What was asked and not yet answered is the session's to ask again: it hears `died`
// first, then `ready` of the new process.
class EngineProcess : public QObject
{
    Q_OBJECT
public:
    enum class State { Stopped, Starting, Ready };

    explicit EngineProcess(QString program, QObject* parent = nullptr);
    ~EngineProcess() override;

    // One that does not answer is ended and started anew.
    void start();
    // Ends the process without waiting for it, and without a word by died(); what was asked is dropped.
    void stop();
    State state() const { return m_state; }
    qint64 processId() const { return m_process ? m_process->processId() : 0; }
    int restarts() const { return m_restarts; }
    // The process lives, but has not answered for so long that it is stopped or hangs: it answers within milliseconds,
    // whatever it is working at.
    bool silent() const { return m_silent; }
    // It died so often in a row that it is not started again until start() is called.
    bool gaveUp() const;

    // Sends a request; its id comes back with `replied` or `failed`. 0: the engine is not ready, nothing was sent.
    template <class Request>
    int request(const Request& request)
    {
        return send(Request::method, request.toJson());
    }
    // Asks for the request's end; its answer is then dropped.
    void cancel(int id);

Q_SIGNALS:
    void ready(const protocol::HelloReply& hello);
    void replied(int id, const nlohmann::json& result);
    // where: the parameter, file or key that the engine names.
    void failed(int id, const QString& reason, const QString& where);
    void progressed(int id, qint64 done, qint64 total, const QString& phase);
    // The process ended by itself; `reason` is a sentence. A new one is started after a pause that grows with each
    // death in a row; after five the engine stays stopped until start() is called.
    void died(const QString& reason);
    void stateChanged();

private:
    void spawn();
    int send(const char* method, const nlohmann::json& params);
    void write(const std::string& line);
    void readLines();
    void handle(const std::string& line);
    void greet(const nlohmann::json& result);
    void ended(const QString& reason);
    void setState(State state);
    void watch();
    void heard();

    QString m_program;
    QProcess* m_process = nullptr;
    protocol::LineSplitter m_lines;
    ErrorWords m_said{ErrorWords::Of::Engine};
    State m_state = State::Stopped;
    int m_nextId = 1;
    int m_helloId = 0;
    int m_restarts = 0;
    int m_deathsInARow = 0;
    QElapsedTimer m_alive;
    QTimer m_pause;
    QTimer m_watch;        // asks for a sign of life
    int m_unheard = 0;     // signs that were asked for since the last one came
    bool m_silent = false; // so many that the process is taken for stopped
};

} // namespace mama

#pragma once
#include "app/workstation/library/jobs/command_process.h"

#include <QElapsedTimer>
#include <QObject>
#include <QProcess>
#include <QString>
#include <optional>

namespace mama {

// What is to be embedded: empty `where`: every study.
struct EmbedRequest
{
    QString library, model, where;
    bool patches = false; // for the search for regions, not vectors of whole images
    bool operator==(const EmbedRequest&) const = default;
};

// Embeds a library's images in a process of its own, `mama library embed`: the window stays quick, and what the process
// has finished is on the disk whatever becomes of it. Pausing ends the process, which leaves a whole set; resuming
// starts another, which goes on from there.
class EmbedJob : public QObject
{
    Q_OBJECT
public:
    enum class State { Idle, Running, Pausing, Paused, Finished, Failed };

    // program: mama.
    explicit EmbedJob(QString program, QObject* parent = nullptr);
    ~EmbedJob() override; // ends the process; it can be gone on with later

    void start(const EmbedRequest& request); // of one that runs: nothing
    void pause();
    void resume(); // the same request again, after pause() or a failure
    void cancel(); // and forgets what was asked

    State state() const { return m_state; }
    bool running() const { return m_state == State::Running || m_state == State::Pausing; }
    const EmbedRequest& request() const { return m_request; }
    const QString& phase() const { return m_phase; } // "load model", "embed images", ...
    qint64 done() const { return m_done; }           // images that are on the disk, and those that cannot be
    qint64 total() const { return m_total; }
    double rate() const;                       // images a second, of this process; 0: not known yet
    std::optional<qint64> secondsLeft() const; // empty: not known
    const QString& problem() const { return m_problem; }
    const QString& result() const { return m_result; } // in words, once finished: "812 images embedded, 3 missing"

Q_SIGNALS:
    void changed();
    void finished(); // every image that can be embedded is: State::Finished

private:
    void spawn();
    void take(const std::string& line);
    void ended(int status, QProcess::ExitStatus how, const QString& words);
    void setState(State state);

    EmbedRequest m_request;
    CommandProcess m_process;
    State m_state = State::Idle;
    QString m_phase, m_problem, m_result;
    qint64 m_done = 0, m_total = 0, m_before = -1; // before: done when this process began to encode
    QElapsedTimer m_since;
};

// "40 s", "7 min", "2.5 h".
QString shownSpan(qint64 seconds);

} // namespace mama

#pragma once
#include "app/workstation/library/jobs/command_process.h"

#include <QObject>
#include <QProcess>
#include <QString>

namespace mama {

// Makes a map in a process of its own, `mama library map make`: the window stays quick and small, and a map appears
// whole or not at all.
class MapJob : public QObject
{
    Q_OBJECT
public:
    struct Request
    {
        QString library, set, level, method; // set: its folder's name
    };

    // program: mama.
    explicit MapJob(QString program, QObject* parent = nullptr);
    ~MapJob() override; // ends the process

    void start(const Request& request); // while one runs: nothing
    void cancel();
    bool running() const { return m_process.running(); }
    const Request& request() const { return m_request; }
    const QString& phase() const { return m_phase; } // "neighbours", "lay out", ...
    qint64 done() const { return m_done; }
    qint64 total() const { return m_total; }
    const QString& problem() const { return m_problem; } // of the last one; empty: none, or cancelled

Q_SIGNALS:
    void changed();
    void finished(); // the map is there

private:
    void take(const std::string& line);
    void ended(int status, QProcess::ExitStatus how, const QString& words);

    Request m_request;
    CommandProcess m_process;
    bool m_isCancelled = false;
    QString m_phase, m_problem;
    qint64 m_done = 0, m_total = 0;
};

} // namespace mama

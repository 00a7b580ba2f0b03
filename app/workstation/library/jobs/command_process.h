#pragma once
#include "app/workstation/engine/error_words.h"
#include "core/protocol/line_splitter.h"

#include <QObject>
#include <QProcess>
#include <QStringList>

namespace mama {

// A command of `mama` in a process of its own that tells its progress as lines of JSON.
class CommandProcess : public QObject
{
    Q_OBJECT
public:
    explicit CommandProcess(QString program, QObject* parent = nullptr);

    void start(const QStringList& arguments); // of one that runs: nothing
    bool running() const { return m_process != nullptr; }
    void end(int patience); // asks it to; killed after so many ms
    // For who goes himself: it is given so many ms, 0: none, and nothing more is told.
    void abandon(int patience);

Q_SIGNALS:
    void line(const std::string& text); // each of its standard output
    void linesRead();                   // after those that came together
    void notStarted(const QString& why);
    void ended(int status, QProcess::ExitStatus how, const QString& words); // words: behind its last "error: "

private:
    void readLines();

    QString m_program;
    QProcess* m_process = nullptr;
    protocol::LineSplitter m_lines;
    ErrorWords m_said{ErrorWords::Of::Command};
};

} // namespace mama

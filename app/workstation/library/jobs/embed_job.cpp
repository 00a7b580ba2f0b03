#include "app/workstation/library/jobs/embed_job.h"

#include <QLocale>
#include <nlohmann/json.hpp>
#include <utility>

namespace mama {
namespace {

constexpr int leaveTime = 20'000; // ms, for one that was asked to end
constexpr int cancelled = 130, someRefused = 3;

} // namespace

EmbedJob::EmbedJob(QString program, QObject* parent) : QObject(parent), m_process(std::move(program))
{
    connect(&m_process, &CommandProcess::line, this, &EmbedJob::take);
    connect(&m_process, &CommandProcess::linesRead, this, &EmbedJob::changed);
    connect(&m_process, &CommandProcess::ended, this, &EmbedJob::ended);
    connect(&m_process, &CommandProcess::notStarted, this, [this](const QString& why) {
        m_problem = why;
        setState(State::Failed);
    });
}

EmbedJob::~EmbedJob() { m_process.abandon(2000); } // what is on the disk is whole

void EmbedJob::start(const EmbedRequest& request)
{
    if (m_process.running())
        return;
    m_request = request;
    m_done = m_total = 0;
    spawn();
}

void EmbedJob::resume()
{
    if (!m_process.running() && !m_request.library.isEmpty())
        spawn();
}

void EmbedJob::pause()
{
    if (m_state != State::Running)
        return;
    setState(State::Pausing);
    m_process.end(leaveTime);
}

void EmbedJob::cancel()
{
    m_request = {};
    if (m_process.running())
        return pause();
    m_done = m_total = 0;
    m_problem.clear();
    setState(State::Idle);
}

void EmbedJob::spawn()
{
    m_problem.clear();
    m_result.clear();
    m_phase.clear();
    m_before = -1;
    QStringList arguments{QStringLiteral("--quiet"), QStringLiteral("library")};
    arguments += m_request.patches ? QStringList{QStringLiteral("patches"), QStringLiteral("make")}
                                   : QStringList{QStringLiteral("embed")};
    arguments +=
        {QStringLiteral("--library"), m_request.library,    QStringLiteral("--model"),    m_request.model,
         QStringLiteral("--nice"),    QStringLiteral("10"), QStringLiteral("--progress"), QStringLiteral("json")};
    if (!m_request.where.isEmpty())
        arguments << QStringLiteral("--where") << m_request.where;
    setState(State::Running);
    m_process.start(arguments);
}

// {"done", "total", "phase"}, at the end {"result": {...}}.
void EmbedJob::take(const std::string& line)
{
    const nlohmann::json message = nlohmann::json::parse(line, nullptr, false);
    if (!message.is_object())
        return;
    if (const auto result = message.find("result"); result != message.end() && result->is_object()) {
        const auto count = [&](const char* field) { return QString::number(result->value(field, std::int64_t(0))); };
        m_result = tr("%1 images embedded; %2 were before").arg(count("embedded"), count("before"));
        const auto add = [&](const char* field, const QString& words) {
            if (result->value(field, std::int64_t(0)) > 0)
                m_result += QStringLiteral("; ") + words.arg(count(field));
        };
        add("passed_over", tr("%1 not scored unasked (stacks, raw images)"));
        add("missing", tr("%1 missing"));
        add("refused", tr("%1 could not be read"));
        add("refused_before", tr("%1 could not be read before"));
        return;
    }
    m_phase = QString::fromStdString(message.value("phase", std::string()));
    if (message.value("unit", std::string()) != "images")
        return;
    m_done = message.value("done", std::int64_t(0));
    m_total = message.value("total", std::int64_t(0));
    if (m_before < 0) {
        m_before = m_done;
        m_since.start();
    }
}

double EmbedJob::rate() const
{
    constexpr qint64 longEnough = 500; // ms
    if (m_before < 0 || m_done <= m_before || m_since.elapsed() < longEnough)
        return 0;
    return 1000.0 * static_cast<double>(m_done - m_before) / static_cast<double>(m_since.elapsed());
}

std::optional<qint64> EmbedJob::secondsLeft() const
{
    const double perSecond = rate();
    if (m_state != State::Running || !(perSecond > 0))
        return {};
    return static_cast<qint64>(static_cast<double>(m_total - m_done) / perSecond);
}

void EmbedJob::ended(int status, QProcess::ExitStatus how, const QString& words)
{
    if (m_state == State::Pausing)
        return setState(m_request.library.isEmpty() ? State::Idle : State::Paused);
    if (how == QProcess::NormalExit && (status == 0 || status == someRefused)) {
        setState(State::Finished);
        Q_EMIT finished();
        return;
    }
    m_problem = how == QProcess::CrashExit ? tr("The process was killed or crashed; what was embedded is kept.")
                : status == cancelled      ? tr("The process was ended from outside; what was embedded is kept.")
                : words.isEmpty()          ? tr("The process ended with status %1.").arg(status)
                                           : words;
    setState(State::Failed);
}

void EmbedJob::setState(State state)
{
    m_state = state;
    Q_EMIT changed();
}

QString shownSpan(qint64 seconds)
{
    if (seconds < 90)
        return EmbedJob::tr("%1 s").arg(seconds);
    if (seconds < 5400)
        return EmbedJob::tr("%1 min").arg((seconds + 30) / 60);
    return EmbedJob::tr("%1 h").arg(QLocale().toString(static_cast<double>(seconds) / 3600, 'f', 1));
}

} // namespace mama

#include "app/workstation/runs/run_view.h"

#include "core/protocol/map_way.h"

#include "core/protocol/run_liveness.h"
#include "core/training/check/run_check.h"

#include <QFileInfo>
#include <QRegularExpression>
#include <cmath>

namespace mama {
namespace {

constexpr qsizetype keptLines = 2000;

std::vector<UserText> warningsOf(const nlohmann::json& config)
{
    try {
        return runWarnings(Settings::resolve(config));
    } catch (const std::exception&) { // of another program; its run says what it makes of it
        return {};
    }
}

const QString byReadOut = QStringLiteral(" by read-out");

// A figure's name without the read-out that it is of; empty: it names none.
QString withoutEnding(const QString& name, const std::string& way)
{
    const QString ending = QLatin1Char('_') + QString::fromStdString(way);
    return name.endsWith(ending) ? name.chopped(ending.size()) : QString();
}

} // namespace

QString RunView::name() const { return title.isEmpty() ? QFileInfo(folder).fileName() : title; }

void RunView::add(const std::string& curve, CurveSample place, double value)
{
    place.value = value;
    m_curves[QString::fromStdString(curve)].push_back(place);
}

void RunView::takeStep(const StepRecord& record)
{
    m_place = {static_cast<double>(record.step), record.epoch, static_cast<double>(record.samples), record.time, 0};
    if (!std::isfinite(record.loss) && m_notFinite++ == 0)
        m_firstNotFinite = record.step;
    add("loss", m_place, record.loss);
    add("lr", m_place, record.lr);
    add("grad_norm", m_place, record.gradNorm);
    add("images_per_s", m_place, record.imagesPerSecond);
    add("loading_share", m_place, record.loadingShare);
    add("memory_mb", m_place, record.memoryMb);
    add("cpu", m_place, record.cpu);
    if (record.gpu)
        add("gpu", m_place, *record.gpu);
    for (const auto& [term, value] : record.terms)
        add("term " + term, m_place, value);
    for (const auto& [scale, value] : record.scale)
        add("scale " + scale, m_place, value);
    last = record;
}

void RunView::takeEvent(const EventRecord& record)
{
    CurveMarker marker{
        static_cast<double>(record.step), m_place.epoch, m_place.samples, record.time, tr("checkpoint"), false};
    if (record.event == "late_loss") {
        if (record.step <= 1)
            return; // from the beginning on: nothing changes there
        marker.text = tr("local loss begins");
        marker.strong = true;
    } else if (record.event == "resumed") {
        marker.text = tr("resumed");
        marker.strong = true;
        for (auto& curve : m_curves) // the line is broken where the run was
            if (!curve.empty()) {
                CurveSample gap = curve.back();
                gap.gap = true;
                curve.push_back(gap);
            }
    } else if (record.event != "checkpoint") {
        return;
    }
    m_events.push_back(marker);
}

void RunView::take(const RunNews& news)
{
    if (news.replaced) {
        const QString kept = title;
        *this = {};
        title = kept;
    }
    folder = news.folder;
    status = news.status;
    problem = news.problem;
    state = news.state;
    asked = news.asked;
    checkpoints = news.checkpoints;
    log += news.log;
    logLines += static_cast<std::size_t>(news.log.size());
    if (log.size() > keptLines)
        log = log.mid(log.size() - keptLines);
    if (news.config) {
        config = *news.config;
        m_health.emplace(config);
        m_warnings = warningsOf(config);
    }
    if (news.restarted) {
        m_notFinite = 0;
        if (m_health)
            m_health->clear();
        m_curves.clear();
        m_events.clear();
        last.reset();
        evaluation.reset();
    }
    for (const RunRecord& record : news.records) {
        if (m_health)
            m_health->add(record);
        if (const auto* step = std::get_if<StepRecord>(&record))
            takeStep(*step);
        if (const auto* figures = std::get_if<EvalRecord>(&record)) {
            evaluation = *figures;
            CurveSample place = m_place;
            place.step = static_cast<double>(figures->step);
            place.time = figures->time;
            for (const auto& [metric, value] : figures->metrics)
                add(figures->split + " " + metric, place, value.value);
        }
        if (const auto* event = std::get_if<EventRecord>(&record))
            takeEvent(*event);
    }
}

QStringList RunView::curves() const
{
    QStringList names = m_curves.keys();
    if (names.removeAll(QStringLiteral("loss")) > 0)
        names.prepend(QStringLiteral("loss"));
    QStringList together;
    for (const QString& name : names)
        for (const std::string& way : readOutNames())
            if (const QString base = withoutEnding(name, way); !base.isEmpty() && !together.contains(base + byReadOut))
                together << base + byReadOut;
    return names + together;
}

std::vector<RunView::Part> RunView::parts(const QString& curve) const
{
    if (!curve.endsWith(byReadOut))
        return {{curve, {}}};
    const QString base = curve.chopped(byReadOut.size());
    std::vector<Part> all{{base, QString::fromStdString(readOutNames().front())}};
    for (const std::string& way : readOutNames())
        if (const QString name = base + QLatin1Char('_') + QString::fromStdString(way); m_curves.contains(name))
            all.push_back({name, QString::fromStdString(way)});
    if (!m_curves.contains(base))
        all.erase(all.begin());
    return all;
}

const std::vector<CurveSample>& RunView::samples(const QString& curve) const
{
    static const std::vector<CurveSample> none;
    const auto found = m_curves.constFind(curve);
    return found == m_curves.constEnd() ? none : *found;
}

std::optional<double> RunView::lateLoss() const
{
    const nlohmann::json step = config.is_object() && config.value("task", "") == "pretrain"
                                    ? config.value("/loss/late_loss"_json_pointer, nlohmann::json())
                                    : nlohmann::json();
    return step.is_number() && step.get<double>() > 0 ? std::optional(step.get<double>()) : std::nullopt;
}

Tone RunView::tone() const
{
    if (status == QLatin1String("running") || status == QLatin1String("finished"))
        return Tone::Good;
    return status == QLatin1String("died") || status == QLatin1String("failed") ? Tone::Bad : Tone::Busy;
}

QString RunView::word() const
{
    const bool atWork = status == QLatin1String("starting") || status == QLatin1String("running");
    return state && atWork && asked == ControlRequest::Ask::Stop ? tr("stopping") : statusWord(status);
}

QString statusWord(const QString& status)
{
    static const QMap<QString, QString> words{{QStringLiteral("waiting"), RunView::tr("no run yet")},
                                              {QStringLiteral("missing"), RunView::tr("not there")},
                                              {QStringLiteral("unreadable"), RunView::tr("cannot be read")},
                                              {QStringLiteral("died"), RunView::tr("died")},
                                              {QStringLiteral("starting"), RunView::tr("starting")},
                                              {QStringLiteral("running"), RunView::tr("running")},
                                              {QStringLiteral("paused"), RunView::tr("paused")},
                                              {QStringLiteral("finished"), RunView::tr("finished")},
                                              {QStringLiteral("stopped"), RunView::tr("stopped")},
                                              {QStringLiteral("failed"), RunView::tr("failed")}};
    return words.value(status, QStringLiteral("…")); // not looked at yet
}

QString RunView::notFiniteText() const
{
    if (m_notFinite == 0)
        return {};
    return tr("✕ The loss of %n step(s) is not finite", nullptr, static_cast<int>(m_notFinite)) +
           tr(", the first is step %1; crosses at the lower edge mark them.").arg(m_firstNotFinite);
}

std::vector<HealthFinding> RunView::health() const
{
    return m_health && state ? m_health->findings(*state) : std::vector<HealthFinding>();
}

QString RunView::phase() const
{
    static const QRegularExpression time(QStringLiteral("^\\d{4}-\\d{2}-\\d{2} \\d{2}:\\d{2}:\\d{2} "));
    return log.isEmpty() ? QString() : QString(log.last()).remove(time);
}

// What a click has asked and the run has not yet done. While it loads it looks for a stop alone, between two pieces of
// work.
QString RunView::askedText() const
{
    if (!asked || !state)
        return {};
    const bool starting = state->status == RunStatus::Starting;
    switch (*asked) {
    case ControlRequest::Ask::Stop:
        return starting ? tr("Stopping: it ends when the piece of loading under way is done, before its first step.")
                        : tr("Stopping: it ends after the step under way, with a checkpoint.");
    case ControlRequest::Ask::Pause:
        return starting ? tr("It will pause before its first step.") : tr("It will pause after the step under way.");
    case ControlRequest::Ask::Checkpoint: return tr("A checkpoint is written after the step under way.");
    case ControlRequest::Ask::Resume: return tr("It is asked to go on.");
    }
    return {};
}

QString RunView::evaluationText() const
{
    const auto every = config.is_object() ? config.value("evaluate_every", std::int64_t{0}) : 0;
    return every > 0 ? tr("No evaluation yet: there is one every %1 steps (evaluate_every).").arg(every)
                     : tr("This run makes no evaluations: its evaluate_every is 0.");
}

QString RunView::emptyText() const
{
    if (!state)
        return tr("There are no curves to draw from this folder.");
    if (status == QLatin1String("died") || state->status == RunStatus::Stopped || state->status == RunStatus::Failed ||
        state->status == RunStatus::Finished)
        return tr("The run ended before its first step: there is no curve.");
    return tr("The curves begin with the run's first step.");
}

QString RunView::statusText() const
{
    if (!state || problem.isEmpty())
        return state ? stateText() : problem;
    return tr("%1 — but: %2").arg(stateText(), problem);
}

QString RunView::stateText() const
{
    const QString resume =
        QLatin1Char(' ') + (state->lastCheckpoint.empty() ? tr("Resume begins anew: there is no checkpoint.")
                                                          : tr("Resume goes on from the last checkpoint."));
    if (status == QLatin1String("died"))
        return tr("Died: its process is gone or has been silent for more than 15 s.") + resume;
    const QString reason = QString::fromStdString(state->reason),
                  next = askedText().isEmpty() ? QString() : QStringLiteral(". ") + askedText();
    switch (state->status) {
    case RunStatus::Starting: return (phase().isEmpty() ? tr("Starting") : tr("Starting: %1").arg(phase())) + next;
    case RunStatus::Running: return tr("Running") + next;
    case RunStatus::Paused: return tr("Paused") + next;
    case RunStatus::Finished: return tr("Finished");
    case RunStatus::Stopped: return (reason.isEmpty() ? tr("Stopped.") : tr("Stopped: %1.").arg(reason)) + resume;
    case RunStatus::Failed: return tr("Failed: %1").arg(reason);
    }
    return {};
}

QString RunView::etaText() const
{
    if (!state || status == QLatin1String("died") || state->status != RunStatus::Running)
        return {};
    if (!state->eta)
        return tr("not known yet");
    const QString low = durationText(state->eta->first), high = durationText(state->eta->second);
    return low == high ? low : tr("%1 to %2").arg(low, high);
}

QString RunView::refusal(Act act) const
{
    if (!state)
        return tr("No run has been written to this folder.");
    const bool gone = status == QLatin1String("died");
    const bool over = gone || state->status == RunStatus::Finished || state->status == RunStatus::Stopped ||
                      state->status == RunStatus::Failed;
    if (act == Act::Resume) {
        if (!over)
            return tr("The run is at work.");
        if (state->status == RunStatus::Finished)
            return tr("The run has done all its steps.");
        return QString::fromStdString(state->host) == QString::fromStdString(hostName())
                   ? QString()
                   : tr("The run belongs to %1: resume it there.").arg(QString::fromStdString(state->host));
    }
    if (over)
        return gone ? tr("The run's process is gone.") : tr("The run has ended.");
    if (act == Act::Stop && asked == ControlRequest::Ask::Stop)
        return tr("The run is asked to stop already.");
    return state->status == RunStatus::Starting && act != Act::Stop ? tr("The run is still starting.") : QString();
}

QString durationText(double seconds)
{
    const auto whole = static_cast<qint64>(std::max(0.0, std::round(seconds)));
    if (whole < 60)
        return RunView::tr("%1 s").arg(whole);
    if (whole < 3600)
        return RunView::tr("%1 min").arg((whole + 30) / 60);
    return RunView::tr("%1 h %2 min").arg(whole / 3600).arg(whole % 3600 / 60, 2, 10, QLatin1Char('0'));
}

} // namespace mama

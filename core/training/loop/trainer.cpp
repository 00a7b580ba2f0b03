#include "core/training/loop/trainer.h"

#include "core/base/stopwatch.h"
#include "core/protocol/run_liveness.h"
#include "core/training/data/prefetcher.h"
#include "core/training/loop/follower.h"

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <new>
#include <thread>

namespace mama {
namespace {

std::string joined(const std::vector<std::string>& names)
{
    std::string all;
    for (const std::string& name : names)
        all += (all.empty() ? "" : " ") + name;
    return all;
}

// What a tensor library throws; it names a lack of memory in words only.
Error translated(const std::exception& error, std::int64_t step)
{
    const std::string text = error.what(), where = "step " + std::to_string(step + 1);
    const bool memory =
        dynamic_cast<const std::bad_alloc*>(&error) || text.find("allocate memory") != std::string::npos ||
        text.find("not enough memory") != std::string::npos || text.find("out of memory") != std::string::npos;
    if (memory)
        return {ErrorCode::Memory, "train", where,
                "not enough memory: lower batch (and raise accumulation), prefetch or data.input_size"};
    return {ErrorCode::Internal, "train", where, text.substr(0, text.find('\n'))};
}

} // namespace

TrainerOptions TrainerOptions::from(const Settings& settings)
{
    TrainerOptions options;
    options.steps = settings.integer("steps");
    options.schedule = {settings.number("schedule.max_lr"), settings.number("schedule.min_lr"),
                        settings.integer("schedule.warm_up_steps"), options.steps};
    options.batch = static_cast<int>(settings.integer("batch"));
    options.accumulation = static_cast<int>(settings.integer("accumulation"));
    options.loaderThreads = static_cast<int>(settings.integer("loader_threads"));
    options.prefetch = static_cast<int>(settings.integer("prefetch"));
    options.checkpointEvery = settings.integer("checkpoint_every");
    options.keepEvery = settings.integer("keep_every");
    options.evaluateEvery = settings.integer("evaluate_every");
    options.bestMetric = settings.text("best_metric");
    options.earlyStop = settings.integer("early_stop");
    if (settings.is({"task", "pretrain"}))
        options.lateLoss = settings.integer("loss.late_loss");
    return options;
}

Trainer::Trainer(const TrainerOptions& options, const Parts& parts)
    : m_options(options), m_parts(parts), m_checkpoints(parts.reporter.folder())
{}

Trainer::~Trainer() = default;

RunStatus Trainer::run(bool resume, const Job& job)
{
    try {
        return loop(resume, job);
    } catch (const ProcessLost& lost) {
        save();
        fail(lost);
    } catch (const Error& error) {
        fail(error);
    } catch (const std::exception& error) {
        fail(translated(error, m_step));
    }
}

RunStatus Trainer::loop(bool resume, const Job& job)
{
    RunReporter& reporter = m_parts.reporter;
    if (resume)
        restore();
    start();
    reporter.event(m_step, resume ? "resumed" : "started",
                   "step " + std::to_string(m_step) + " of " + std::to_string(m_options.steps));
    reporter.setStatus(RunStatus::Running);
    m_batches = std::make_unique<Prefetcher>(m_parts.source,
                                             Prefetcher::Options{m_options.loaderThreads, m_options.prefetch,
                                                                 m_options.accumulation, m_step, m_options.steps});
    while (m_step < m_options.steps) {
        if (obey(job) == Next::Stop)
            return stop(m_stop);
        if (m_step == m_options.lateLoss) // belongs to the step that follows: a resume writes it again
            reporter.event(m_step + 1, "late_loss", "local and image-image terms start");
        StepRecord record = step();
        const Stopwatch watch;
        const bool last = m_step == m_options.steps;
        bool enough = false;
        if (m_options.evaluateEvery > 0 && m_parts.evaluate && (m_step % m_options.evaluateEvery == 0 || last))
            enough = evaluate();
        if (m_step % m_options.checkpointEvery == 0 || last || enough)
            checkpoint();
        m_overhead += watch.seconds();
        job.report(static_cast<std::uint64_t>(m_step), static_cast<std::uint64_t>(m_options.steps), "training");
        if (enough) {
            if (m_step < m_options.steps) // else the others end by themselves
                agreed(Agreement::Enough);
            break;
        }
    }
    const std::string text = m_step < m_options.steps ? "no better " + m_options.bestMetric + " for " +
                                                            std::to_string(m_evaluationsSinceBest) + " evaluations"
                                                      : "";
    reporter.event(m_step, "finished", text);
    reporter.setStatus(RunStatus::Finished, text);
    if (m_parts.group)
        m_parts.group->meet();
    return RunStatus::Finished;
}

void Trainer::restore()
{
    RunReporter& reporter = m_parts.reporter;
    if (const auto saved = m_checkpoints.restore(m_parts.task)) {
        m_step = m_lastCheckpoint = saved->at("step").get<std::int64_t>();
        m_elapsed = saved->value("elapsed_s", 0.0);
        m_evaluationsSinceBest = saved->value("evaluations_since_best", std::int64_t{0});
        if (const auto best = saved->find("best"); best != saved->end())
            m_best = BestCheckpoint{best->at("step").get<std::int64_t>(), best->at("metric").get<std::string>(),
                                    best->at("value").get<double>()};
    }
    reporter.folder().truncateMetrics(m_step);
    reporter.update([&](RunState& state) {
        state.best = m_best;
        state.lastCheckpoint = m_lastCheckpoint >= 0 ? "step-" + std::to_string(m_lastCheckpoint) : "";
    });
    showProgress(0);
}

void Trainer::start()
{
    if (!m_parts.group)
        return;
    m_parts.group->fromFirst(std::to_string(m_step));
    m_parts.task.share();
}

// The others' loss comes between two steps or in the middle of one.
void Trainer::save()
{
    m_parts.task.undo();
    try {
        if (m_step > 0)
            checkpoint();
    } catch (const Error&) { // what ended the run is told, with the last checkpoint that there is
    }
}

Agreement Trainer::agreed(Agreement own) const { return m_parts.group ? agree(*m_parts.group, own) : own; }

Trainer::Next Trainer::obey(const Job& job)
{
    Agreement own = job.cancelled() ? Agreement::StopSignalled : Agreement::Step;
    if (const auto request = own == Agreement::Step ? m_parts.reporter.folder().takeControl() : std::nullopt)
        switch (request->ask) {
        case ControlRequest::Ask::Stop: own = Agreement::StopAsked; break;
        case ControlRequest::Ask::Pause: return pause(job);
        case ControlRequest::Ask::Checkpoint: checkpoint(); break;
        case ControlRequest::Ask::Resume: break; // it is not paused
        }
    return decided(agreed(own));
}

Trainer::Next Trainer::decided(Agreement what)
{
    if (what == Agreement::Step)
        return Next::Step;
    m_stop = what == Agreement::StopSignalled ? "by a signal" : "asked for by a monitor";
    return Next::Stop;
}

Trainer::Next Trainer::pause(const Job& job)
{
    RunReporter& reporter = m_parts.reporter;
    reporter.event(m_step, "paused", "");
    reporter.setStatus(RunStatus::Paused);
    Agreement what = Agreement::Wait;
    while (what == Agreement::Wait) {
        Agreement own = job.cancelled() ? Agreement::StopSignalled : Agreement::Wait;
        if (const auto request = own == Agreement::Wait ? reporter.folder().takeControl() : std::nullopt) {
            if (request->ask == ControlRequest::Ask::Stop)
                own = Agreement::StopAsked;
            if (request->ask == ControlRequest::Ask::Resume)
                own = Agreement::Step;
            if (request->ask == ControlRequest::Ask::Checkpoint)
                checkpoint();
        }
        what = agreed(own);
        if (what == Agreement::Wait)
            std::this_thread::sleep_for(std::chrono::milliseconds(100));
    }
    if (what != Agreement::Step)
        return decided(what);
    reporter.event(m_step, "continued", "");
    reporter.setStatus(RunStatus::Running);
    m_load.cores(); // the pause is no step's
    return Next::Step;
}

RunStatus Trainer::stop(const std::string& why)
{
    if (m_step > 0 && m_step != m_lastCheckpoint)
        checkpoint();
    m_parts.reporter.event(m_step, "stopped", why);
    m_parts.reporter.setStatus(RunStatus::Stopped, why);
    if (m_parts.group)
        m_parts.group->meet();
    return RunStatus::Stopped;
}

StepRecord Trainer::step()
{
    const Stopwatch watch;
    StepRecord record;
    record.lr = m_options.schedule.rate(m_step);
    m_images.clear();
    StepReport sum;
    double waited = 0;
    for (int micro = 0; micro < m_options.accumulation; ++micro) {
        // 1. Sample
        const Stopwatch asked;
        const SampleBatch batch = m_batches->next();
        waited += asked.seconds();
        m_images.insert(m_images.end(), batch.imageIds.begin(), batch.imageIds.end());
        // 2. Forward, 3. losses, 4. backward: the task's own
        sum.add(m_parts.task.accumulate(batch, m_step, micro, m_options.accumulation));
    }
    sum.scale(1.0 / m_options.accumulation);
    if (m_parts.group)
        average(*m_parts.group, sum);
    sum.checkFinite();
    // 5. Optimise
    optimise(record);
    // 6. Report
    record.terms = std::move(sum.terms);
    if (const auto total = record.terms.extract("total"); !total.empty())
        record.loss = total.mapped();
    report(record, watch.seconds(), waited);
    return record;
}

void Trainer::optimise(StepRecord& record)
{
    for (const auto& [name, value] : m_parts.task.apply(m_step, record.lr)) {
        if (name == "grad_norm")
            record.gradNorm = value;
        else
            record.scale[name.starts_with("scale/") ? name.substr(6) : name] = value;
    }
    ++m_step;
    m_images.clear();
}

void Trainer::report(StepRecord& record, double seconds, double waited)
{
    const std::int64_t pairs = m_options.pairs();
    record.step = m_step;
    record.samples = m_step * pairs;
    record.epoch = static_cast<double>(record.samples) /
                   static_cast<double>(std::max<std::int64_t>(1, m_parts.source.epochSize()));
    record.time = unixTime();
    record.imagesPerSecond = static_cast<double>(pairs) / std::max(seconds, 1e-9);
    record.loadingShare = waited / std::max(seconds, 1e-9);
    record.memoryMb = ProcessLoad::memoryMb();
    record.cpu = m_load.cores();
    if (m_parts.gpuUse) {
        const GpuUse use = m_parts.gpuUse();
        record.gpu = use.share;
        record.gpuMemoryMb = use.memoryMb;
    }
    m_parts.reporter.folder().append(record);
    ++m_stepsHere;
    m_elapsed += seconds;
    showProgress(seconds);
}

void Trainer::showProgress(double seconds)
{
    if (seconds > 0)
        m_recent.push_back(seconds);
    if (m_recent.size() > 100)
        m_recent.pop_front();
    std::vector<double> sorted(m_recent.begin(), m_recent.end());
    std::sort(sorted.begin(), sorted.end());
    const auto at = [&](double share) {
        return sorted[static_cast<std::size_t>(share * static_cast<double>(sorted.size() - 1))];
    };
    const double left = static_cast<double>(m_options.steps - m_step);
    m_parts.reporter.update([&](RunState& state) {
        state.step = m_step;
        state.steps = m_options.steps;
        state.samples = m_step * m_options.pairs();
        state.epoch = static_cast<double>(state.samples) /
                      static_cast<double>(std::max<std::int64_t>(1, m_parts.source.epochSize()));
        state.elapsedSeconds = m_elapsed + m_overhead;
        if (sorted.size() >= 5) { // the fast and the slow tenth of the last steps, with what lies between steps
            const double between = m_overhead / static_cast<double>(m_stepsHere);
            state.eta = {left * (at(0.1) + between), left * (at(0.9) + between)};
        }
    });
}

bool Trainer::evaluate()
{
    EvalRecord record = m_parts.evaluate(m_step);
    record.step = m_step;
    record.time = unixTime();
    m_parts.reporter.folder().append(record);
    if (m_options.bestMetric.empty())
        return false;
    const bool lower = m_options.bestMetric.starts_with("-");
    const std::string metric = m_options.bestMetric.substr(lower ? 1 : 0);
    const auto found = record.metrics.find(metric);
    if (found == record.metrics.end())
        throw Error(ErrorCode::Usage, "train", "best_metric", "the evaluation gives no \"" + metric + "\"");
    const double value = found->second.value;
    if (!m_best || (lower ? value < m_best->value : value > m_best->value)) {
        m_best = BestCheckpoint{m_step, metric, value};
        m_evaluationsSinceBest = 0;
        m_parts.reporter.update([&](RunState& state) { state.best = m_best; });
        checkpoint();
        return false;
    }
    ++m_evaluationsSinceBest;
    return m_options.earlyStop > 0 && m_evaluationsSinceBest >= m_options.earlyStop;
}

void Trainer::checkpoint()
{
    if (m_step == m_lastCheckpoint)
        return;
    const Stopwatch watch;
    nlohmann::json state = {{"step", m_step},
                            {"elapsed_s", m_elapsed + m_overhead},
                            {"evaluations_since_best", m_evaluationsSinceBest},
                            {"processes", m_options.processes},
                            {"random", "every number is a function of the seed and the step"},
                            {"data", {{"next_sample", m_step * m_options.pairs()}}}};
    if (m_best)
        state["best"] = {{"step", m_best->step}, {"metric", m_best->metric}, {"value", m_best->value}};
    m_checkpoints.write(m_parts.task, m_step, state);
    m_lastCheckpoint = m_step;
    m_checkpoints.prune(m_best ? std::set{m_best->step} : std::set<std::int64_t>{}, m_options.keepEvery);
    const std::string folder = "step-" + std::to_string(m_step);
    m_parts.reporter.update([&](RunState& now) { now.lastCheckpoint = folder; });
    char seconds[32];
    std::snprintf(seconds, sizeof seconds, "%.2f s", watch.seconds());
    m_parts.reporter.event(m_step, "checkpoint", folder + " in " + seconds);
}

std::string Trainer::lastGood() const
{
    if (m_lastCheckpoint >= 0)
        return "; last good checkpoint: step-" + std::to_string(m_lastCheckpoint);
    std::string there;
    for (const RunFolder::Checkpoint& one : m_parts.reporter.folder().checkpoints())
        there += (there.empty() ? "" : ", ") + one.folder.filename().string();
    return there.empty() ? "; no checkpoint was written yet" : "; checkpoints there: " + there;
}

void Trainer::fail(const Error& error)
{
    const bool diverged = error.code() == ErrorCode::Data && !m_images.empty();
    std::string where = error.where(), why = error.why().english();
    if (diverged) {
        where = "step " + std::to_string(m_step + 1) + ", " + where;
        why += "; images of the step: " + joined(m_images);
    }
    why += lastGood();
    const Error told(error.code(), error.action(), where, why);
    try { // on a full disk even this may not be written; the caller prints it
        m_parts.reporter.event(m_step, diverged ? "nan" : "failed", told.what());
    } catch (const Error&) {
    }
    try {
        m_parts.reporter.setStatus(RunStatus::Failed, told.what());
    } catch (const Error&) {
    }
    throw told;
}

} // namespace mama

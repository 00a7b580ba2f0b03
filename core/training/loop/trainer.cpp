#include "core/training/loop/trainer.h"

#include "core/base/error_actions.h"
#include "core/base/stopwatch.h"
#include "core/protocol/run_liveness.h"
#include "core/training/data/prefetcher.h"
#include "core/training/loop/follower.h"
#include "core/training/loop/run_failure.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <filesystem>
#include <limits>
#include <thread>

namespace mama {
namespace {

constexpr std::int64_t healthEvery = 50; // steps

using Guesses = std::map<std::string, std::vector<double>>;

// The terms of a pre-training's loss that compare pairs, where all embeddings are equal: a cross-entropy over as many
// candidates as there are pairs, of one process or of all; NT-Xent has both views but the sample itself.
Guesses guessing(const Settings& settings, int processes)
{
    const auto over = [&](double (*loss)(double)) {
        const auto pairs = static_cast<double>(settings.integer("batch"));
        return std::vector{loss(pairs), loss(pairs * processes)};
    };
    const auto twoWays = [](double pairs) { return 2 * std::log(pairs); };
    Guesses terms{{"clip", over(twoWays)}};
    if (settings.number("loss.second_view_weight") > 0)
        terms["clip_second_view"] = over(twoWays);
    if (settings.number("loss.local_weight") > 0)
        terms["local_t2i"] = terms["local_i2t"] = over(twoWays);
    if (settings.number("loss.simclr_weight") > 0)
        terms["ntxent"] = over([](double pairs) { return std::log(2 * pairs - 1); });
    return terms;
}

} // namespace

TrainerOptions TrainerOptions::from(const Settings& settings, int processes)
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
    options.stop.notFinite = settings.integer("stop.not_finite");
    options.stop.divergence = settings.number("stop.divergence");
    options.processes = processes;
    options.config = settings.toJson();
    if (settings.is({"task", "pretrain"})) {
        options.lateLoss = settings.integer("loss.late_loss");
        options.stop.pairs = options.batch;
        options.stop.guessing = guessing(settings, processes);
    }
    return options;
}

Trainer::Trainer(const TrainerOptions& options, const Parts& parts)
    : m_options(options), m_parts(parts), m_checkpoints(parts.reporter.folder()),
      m_best(options.bestMetric, options.earlyStop), m_rules(options.stop), m_health(options.config)
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
        m_batches.reset(); // what it holds makes room for the words
        m_parts.reporter.folder().log("failed: " + technicalText(error));
        fail(failureOf(error, "step " + std::to_string(m_step + 1), m_options.config));
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
        if (m_step == m_options.lateLoss) { // belongs to the step that follows: a resume writes it again
            reporter.event(m_step + 1, "late_loss", "local and image-image terms start");
            m_health.health().add(EventRecord{m_step + 1, 0, "late_loss", ""});
            m_rules.newTerms();
        }
        StepRecord record = step();
        const Stopwatch watch;
        const bool last = m_step == m_options.steps;
        bool enough = false;
        if (m_options.evaluateEvery > 0 && m_parts.evaluate && (m_step % m_options.evaluateEvery == 0 || last))
            enough = evaluate();
        if (m_step % m_options.checkpointEvery == 0 || last || enough)
            checkpoint();
        if (m_step % healthEvery == 0 || last || enough)
            look();
        m_overhead += watch.seconds();
        job.report(static_cast<std::uint64_t>(m_step), static_cast<std::uint64_t>(m_options.steps),
                   "training" + progressText(record.loss, reporter.state().eta));
        if (enough) {
            if (m_step < m_options.steps) // else the others end by themselves
                agreed(Agreement::Enough);
            break;
        }
    }
    const std::string text = m_step < m_options.steps ? "no better " + m_best.metric() + " for " +
                                                            std::to_string(m_best.sinceBest()) + " evaluations"
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
    const std::string last = reporter.state().lastCheckpoint; // of the run as it was left
    const bool gone = !last.empty() && !std::filesystem::exists(reporter.folder().checkpointFolder() / last);
    const auto saved = m_checkpoints.restore(m_parts.task);
    if (gone && !saved)
        throw Error(
            ErrorCode::Data, {action::train}, (reporter.folder().checkpointFolder() / last).string(),
            {TextId("train.checkpoint_gone", "the run\'s last checkpoint is gone, and there is no other: put it "
                                             "back, or begin anew in another folder. Nothing was changed")});
    if (gone)
        reporter.folder().log("warning: " + last + " is gone; the run goes on from an older checkpoint");
    if (saved) {
        m_step = m_lastCheckpoint = saved->at("step").get<std::int64_t>();
        m_elapsed = saved->value("elapsed_s", 0.0);
        m_best.restore(*saved);
        if (const auto rules = saved->find("rules"); rules != saved->end())
            m_rules.restore(*rules);
    }
    reporter.folder().truncateMetrics(m_step, [&](const RunRecord& record) { m_health.health().add(record); });
    m_health.health().add(EventRecord{m_step, 0, "resumed", ""});
    reporter.update([&](RunState& state) {
        state.best = m_best.best();
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
    // 5. Optimise
    std::optional<NotFinite> lost;
    try {
        sum.checkFinite();
        optimise(record);
    } catch (const NotFinite& why) {
        lost = why;
    }
    // 6. Report
    record.terms = std::move(sum.terms);
    if (const auto total = record.terms.extract("total"); !total.empty())
        record.loss = total.mapped();
    if (lost)
        leaveOut(record, *lost);
    report(record, watch.seconds(), waited);
    if (lost)
        m_rules.leftOut(*lost);
    m_images.clear();
    if (!lost)
        m_rules.finished(record.loss, record.terms, record.lr);
    return record;
}

void Trainer::leaveOut(StepRecord& record, const NotFinite& why)
{
    m_parts.task.undo();
    record.gradNorm = std::numeric_limits<double>::quiet_NaN();
    ++m_step;
    m_parts.reporter.event(m_step, "skipped", why.where() + " " + why.why().english() + imagesOfStep());
}

void Trainer::look() { m_health.look(m_parts.reporter.folder(), m_parts.reporter.state()); }

void Trainer::optimise(StepRecord& record)
{
    for (const auto& [name, value] : m_parts.task.apply(m_step, record.lr)) {
        if (name == "grad_norm")
            record.gradNorm = value;
        else if (name.starts_with("grad_norm/"))
            record.gradients[name.substr(10)] = value;
        else
            record.scale[name.starts_with("scale/") ? name.substr(6) : name] = value;
    }
    ++m_step;
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
    m_health.health().add(record);
    ++m_stepsHere;
    m_elapsed += seconds;
    showProgress(seconds);
}

void Trainer::showProgress(double seconds)
{
    if (seconds > 0)
        m_times.add(seconds);
    // With what lies between steps: evaluations and checkpoints.
    const auto eta =
        m_times.toGo(m_options.steps - m_step, m_overhead / std::max(1.0, static_cast<double>(m_stepsHere)));
    m_parts.reporter.update([&](RunState& state) {
        state.step = m_step;
        state.steps = m_options.steps;
        state.samples = m_step * m_options.pairs();
        state.epoch = static_cast<double>(state.samples) /
                      static_cast<double>(std::max<std::int64_t>(1, m_parts.source.epochSize()));
        state.elapsedSeconds = m_elapsed + m_overhead;
        if (eta)
            state.eta = eta;
    });
}

} // namespace mama

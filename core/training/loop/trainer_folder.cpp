// What a Trainer leaves in its run folder beside the steps: evaluations, checkpoints, and the end that a failure makes.
#include "core/base/stopwatch.h"
#include "core/protocol/run_liveness.h"
#include "core/training/loop/trainer.h"

#include <cstdio>
#include <filesystem>
#include <set>

namespace mama {

std::string Trainer::imagesOfStep() const
{
    std::string all = "; images of the step:";
    for (const std::string& image : m_images)
        all += " " + image;
    return all;
}

bool Trainer::evaluate()
{
    EvalRecord record = m_parts.evaluate(m_step);
    record.step = m_step;
    record.time = unixTime();
    m_parts.reporter.folder().append(record);
    m_health.health().add(record);
    const BestSoFar::Judged judged = m_best.take(record);
    if (judged == BestSoFar::Judged::Unknown)
        m_parts.reporter.folder().log("warning: this evaluation gives no " + m_best.metric() +
                                      ", so it picks no checkpoint");
    if (judged == BestSoFar::Judged::Better) {
        m_parts.reporter.update([&](RunState& state) { state.best = m_best.best(); });
        checkpoint();
    }
    return judged == BestSoFar::Judged::Enough;
}

void Trainer::checkpoint()
{
    if (m_step == m_lastCheckpoint)
        return;
    const Stopwatch watch;
    nlohmann::json state = {{"step", m_step},
                            {"elapsed_s", m_elapsed + m_overhead},
                            {"processes", m_options.processes},
                            {"rules", m_rules.state()},
                            {"random", "every number is a function of the seed and the step"},
                            {"data", {{"next_sample", m_step * m_options.pairs()}}}};
    m_best.addTo(state);
    m_checkpoints.write(m_parts.task, m_step, state);
    m_lastCheckpoint = m_step;
    m_checkpoints.prune(m_best.best() ? std::set{m_best.best()->step} : std::set<std::int64_t>{}, m_options.keepEvery);
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
    if (there.empty())
        return m_parts.reporter.state().lastCheckpoint.empty() ? "; no checkpoint was written yet" : "";
    return "; checkpoints there: " + there;
}

// From weights that still learnt.
std::string Trainer::wayOn(const StoppedByRule& rule) const
{
    const std::string rate = "; lower schedule.max_lr or set optimizer.clip in a new run";
    const std::int64_t step = m_best.best() ? m_best.best()->step : rule.weightsAreSound() ? m_lastCheckpoint : -1;
    return step < 0 ? rate + " from the same start"
                    : rate + " whose model.start is " +
                          std::filesystem::absolute(m_parts.reporter.folder().checkpointFolder(step)).string();
}

void Trainer::fail(const Error& error)
{
    const auto* byRule = dynamic_cast<const StoppedByRule*>(&error);
    const bool ofImages = error.code() == ErrorCode::Data && !m_images.empty();
    std::string where = error.where(), why = error.why().english();
    if (byRule)
        where = "step " + std::to_string(m_step) + ", " + where;
    else if (ofImages)
        where = "step " + std::to_string(m_step + 1) + ", " + where;
    if (ofImages)
        why += imagesOfStep();
    if (byRule)
        why += wayOn(*byRule);
    why += lastGood();
    const Error told(error.code(), error.action(), where, why);
    try { // on a full disk even this may not be written; the caller prints it
        m_parts.reporter.event(m_step, "failed", told.what());
    } catch (const Error&) {
    }
    try {
        m_parts.reporter.setStatus(RunStatus::Failed, told.what());
    } catch (const Error&) {
    }
    throw told;
}

} // namespace mama

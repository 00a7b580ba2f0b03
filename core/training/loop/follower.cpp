#include "core/training/loop/follower.h"

#include "core/base/log.h"
#include "core/training/data/prefetcher.h"
#include "core/training/loop/not_finite.h"

#include <charconv>

namespace mama {

Agreement agree(ProcessGroup& group, Agreement own)
{
    return static_cast<Agreement>(group.largest(static_cast<std::int64_t>(own)));
}

void average(ProcessGroup& group, StepReport& report)
{
    std::vector<double> values;
    for (const auto& [name, value] : report.terms)
        values.push_back(value);
    group.sum(std::span(values));
    std::size_t place = 0;
    for (auto& [name, value] : report.terms)
        value = values[place++] / group.size();
}

namespace {

// The first process tells its own images when a step is left out; so does each other one.
void tellOwn(const StepReport& own, std::int64_t step, const std::vector<std::string>& images)
{
    try {
        own.checkFinite();
    } catch (const NotFinite& why) {
        std::string text = std::string(why.what()) + " in step " + std::to_string(step + 1) + "; images of the step:";
        for (const std::string& image : images)
            text += " " + image;
        log::warning(text);
    }
}

} // namespace

RunStatus follow(const TrainerOptions& options, TrainingTask& task, const BatchSource& source, ProcessGroup& group,
                 const Job& job)
{
    const std::string from = group.fromFirst({});
    std::int64_t first = 0;
    std::from_chars(from.data(), from.data() + from.size(), first);
    task.share();
    RunStatus status = RunStatus::Finished;
    Prefetcher batches(source, {options.loaderThreads, options.prefetch, options.accumulation, first, options.steps});
    for (std::int64_t step = first; step < options.steps;) {
        const Agreement next = agree(group, job.cancelled() ? Agreement::StopSignalled : Agreement::Step);
        if (next == Agreement::Wait)
            continue;
        if (next != Agreement::Step) {
            status = next == Agreement::Enough ? RunStatus::Finished : RunStatus::Stopped;
            break;
        }
        StepReport sum;
        std::vector<std::string> images;
        try {
            for (int micro = 0; micro < options.accumulation; ++micro) {
                const SampleBatch batch = batches.next();
                images.insert(images.end(), batch.imageIds.begin(), batch.imageIds.end());
                sum.add(task.accumulate(batch, step, micro, options.accumulation));
            }
        } catch (const Error& error) {
            if (error.code() != ErrorCode::Data || images.empty())
                throw;
            std::string why = error.why().english() + "; images of the step:";
            for (const std::string& image : images)
                why += " " + image;
            throw Error(error.code(), error.action(), error.where(), why);
        }
        sum.scale(1.0 / options.accumulation);
        try {
            tellOwn(sum, step, images);
            average(group, sum);
            sum.checkFinite();
            task.apply(step, options.schedule.rate(step));
        } catch (const NotFinite&) { // it is in all processes alike
            task.undo();
        }
        ++step;
    }
    group.meet(); // nobody leaves before the first one's last checkpoint is written
    return status;
}

} // namespace mama

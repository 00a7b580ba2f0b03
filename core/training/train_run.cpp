#include "core/training/train_run.h"

#include "core/base/error.h"
#include "core/base/files.h"
#include "core/protocol/run_lock.h"
#include "core/training/split_record.h"
#include "core/training/task_factory.h"
#include "core/training/trainer.h"

namespace fs = std::filesystem;

namespace mama {
namespace {

[[noreturn]] void refuse(const fs::path& folder, const std::string& why) { throw Error(ErrorCode::Usage, "train", folder.string(), why); }

// What does not change the numbers may change between a run and its continuation; so may the device, which changes them by
// rounding alone.
bool mayChange(const std::string& key)
{
    for (const char* free : {"loader_threads", "prefetch", "checkpoint_every", "keep_every", "evaluate_every", "evaluate_images", "early_stop", "data.cache", "device"})
        if (key == free)
            return true;
    return false;
}

Settings settingsOf(const TrainRun& run, const RunFolder& folder)
{
    if (!run.resume) {
        if (folder.exists())
            refuse(run.folder, "holds a run already: continue it with --resume, or choose another folder");
        if (!run.config)
            refuse(run.folder, "no configuration is given");
        return Settings::resolve(*run.config);
    }
    if (!fs::exists(folder.configFile()))
        refuse(run.folder, "holds no run to resume");
    if (fs::exists(folder.stateFile()) && mayBeAlive(folder.state()))
        refuse(run.folder, "the run's process " + std::to_string(folder.state().pid) + " on " + folder.state().host + " is still at work");
    const Settings before = Settings::resolve(folder.config());
    if (!run.config)
        return before;
    Settings now = Settings::resolve(*run.config);
    for (const std::string& key : before.differences(now))
        if (!mayChange(key))
            refuse(run.folder, "the configuration differs from the run's in " + key);
    return now;
}

fs::path cacheOf(const Settings& settings)
{
    const std::string& own = settings.text("data.cache");
    return own.empty() ? cacheFolder() / "prepared" : fs::path(own);
}

Profile profileOf(const Settings& settings, const TaskToTrain& task)
{
    const std::string& own = settings.text("data.profile");
    return findProfile(own.empty() ? task.profile : own);
}

void tellUnreadable(const RunReporter& reporter, const TrainingIndex& index, const PreparedImages& images)
{
    for (const std::string& file : index.missing)
        reporter.folder().log("unreadable: " + file + ": no such file");
    for (const auto& one : images.unreadable())
        reporter.folder().log("unreadable: " + one.file.string() + ": " + one.reason);
}

void countUnreadable(RunReporter& reporter, const TrainingIndex& index, const PreparedImages& images)
{
    reporter.update([&](RunState& state) {
        UnreadableImages& unreadable = state.unreadable;
        unreadable = {static_cast<std::int64_t>(index.missing.size() + images.unreadable().size()), 0, {}};
        unreadable.share = static_cast<double>(unreadable.count) / static_cast<double>(index.missing.size() + index.images.size());
        for (const std::string& file : index.missing)
            unreadable.files.push_back(file);
        for (const auto& one : images.unreadable())
            unreadable.files.push_back(one.file.string());
        unreadable.files.resize(std::min<std::size_t>(unreadable.files.size(), 10));
    });
}

RunStatus stopped(RunReporter& reporter)
{
    reporter.setStatus(RunStatus::Stopped, "by a signal, before the first step");
    return RunStatus::Stopped;
}

RunStatus work(const Settings& settings, RunReporter& reporter, bool resume, const Job& job)
{
    const RunFolder& folder = reporter.folder();
    folder.log("reading the data set");
    const TrainingIndex index = readTrainingIndex(settings, job);
    if (job.cancelled())
        return stopped(reporter);
    folder.log(std::to_string(index.of(Split::Train).size()) + " images to train, " + std::to_string(index.of(Split::Validation).size()) + " to validate, " +
               std::to_string(index.of(Split::Test).size()) + " to test; " + std::to_string(index.leftOut) + " rows left out");
    folder.log("split by patient: " + keepSplit(index, settings.integer("data.split_seed"), folder.path() / "split.json"));
    folder.log("building the model");
    const TaskToTrain made = makeTask(settings, index.synthetic);
    folder.log("computing on " + (made.gpu.empty() ? "the CPU" : made.gpu) + ", " + settings.text("precision"));
    ImageBatchOptions options = ImageBatchOptions::from(settings);
    options.inputSize = made.inputSize;
    options.patch = made.patch;
    const Profile profile = profileOf(settings, made);
    options.mean = profile.mean;
    options.deviation = profile.deviation;
    const int base = static_cast<int>(options.inputSize * settings.number("data.base_scale") + 0.5);
    folder.log("preparing images");
    const auto images = PreparedImages::open(index, {profile, {base, options.patch}, cacheOf(settings), settings.number("data.bad_image_share"), 2}, job);
    if (!images)
        return stopped(reporter);
    countUnreadable(reporter, index, *images);
    if (!resume)
        tellUnreadable(reporter, index, *images);
    if (const auto count = reporter.state().unreadable.count; count > 0)
        reporter.event(0, "unreadable", std::to_string(count) + " images cannot be read; see log.txt");
    const ImageBatches batches(index, *images, made.captions, options);
    Trainer::Parts parts{*made.task, batches, reporter, {}, made.gpuUse};
    const EvaluationData seen{index, *images, batches, static_cast<std::size_t>(settings.integer("evaluate_images")), options.inputSize};
    if (made.evaluate)
        parts.evaluate = [&](std::int64_t step) { return made.evaluate(seen, step); };
    Trainer trainer(TrainerOptions::from(settings), parts);
    return trainer.run(resume, job);
}

} // namespace

RunStatus trainRun(const TrainRun& run, const Job& job)
{
    const RunFolder folder(run.folder);
    const Settings settings = settingsOf(run, folder);
    const RunLock lock(run.folder);
    RunState state;
    if (run.resume && fs::exists(folder.stateFile()))
        state = folder.state();
    state.status = RunStatus::Starting;
    state.reason.clear();
    state.eta.reset();
    state.task = settings.text("task");
    state.steps = settings.integer("steps");
    folder.takeControl(); // what was asked of a process that is gone
    folder.writeConfig(settings.toJson());
    RunReporter reporter(folder, state);
    try {
        return work(settings, reporter, run.resume, job);
    } catch (const std::exception& error) {
        if (reporter.state().status != RunStatus::Failed) { // before the loop, which tells its own failures
            folder.log(std::string("failed: ") + error.what());
            reporter.setStatus(RunStatus::Failed, error.what());
        }
        throw;
    }
}

} // namespace mama

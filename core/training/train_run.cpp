#include "core/training/train_run.h"

#include "core/base/error.h"
#include "core/base/error_actions.h"
#include "core/base/files.h"
#include "core/base/hash.h"
#include "core/base/log.h"
#include "core/protocol/run_cohort.h"
#include "core/protocol/run_liveness.h"
#include "core/protocol/run_lock.h"
#include "core/tables/importers/embed.h"
#include "core/training/check/data_check.h"
#include "core/training/check/run_check.h"
#include "core/training/check/run_sources.h"
#include "core/training/data/cut_captions.h"
#include "core/training/data/patient_free.h"
#include "core/training/data/split_record.h"
#include "core/training/loop/follower.h"
#include "core/training/loop/last_words.h"
#include "core/training/loop/loading_stop.h"
#include "core/training/loop/run_failure.h"
#include "core/training/loop/trainer.h"
#include "core/training/processes/gloo_group.h"
#include "core/training/settings/data_folders.h"
#include "core/training/settings/placement.h"
#include "core/training/task_factory.h"

#include <algorithm>
#include <cstdio>

namespace fs = std::filesystem;

namespace mama {
namespace {

[[noreturn]] void refuse(const fs::path& folder, const UserText& why)
{
    throw Error(ErrorCode::Usage, {action::train}, folder.string(), why);
}

// What does not change the numbers may change between a run and its continuation; so may the device, which changes them
// by rounding alone.
bool mayChange(const std::string& key)
{
    constexpr SettingKey free[] = {
        "loader_threads",  "prefetch",          "checkpoint_every", "keep_every", "evaluate_every",
        "evaluate_images", "evaluate_map_ways", "early_stop",       "data.cache", "patience",
        "device",          "stop.not_finite",   "stop.divergence"};
    return std::any_of(std::begin(free), std::end(free), [&](SettingKey one) { return one.key() == key; });
}

// Which process sees which sample is a function of their number.
void checkProcesses(const RunFolder& folder, int processes)
{
    for (const RunFolder::Checkpoint& checkpoint : folder.checkpoints())
        try {
            if (const int before = readJson(checkpoint.folder / "trainer.json").value("processes", 1);
                before != processes)
                refuse(folder.path(),
                       {TextId("train.other_processes", "the run was begun by %1 processes and cannot go on with %2"),
                        before, processes});
            return; // it is the same in all
        } catch (const Error& error) {
            if (error.code() == ErrorCode::Usage)
                throw;
        } catch (const nlohmann::json::exception&) { // a damaged one, told when it is to be loaded
        }
}

Settings absolute(const nlohmann::json& config)
{
    Settings settings = Settings::resolve(config);
    settings.makePathsAbsolute();
    return settings;
}

Settings newRun(const TrainRun& run, const RunFolder& folder)
{
    if (folder.taken())
        refuse(run.folder, {TextId("train.taken", "holds a run already: continue it with --resume, or choose another "
                                                  "folder")});
    if (!run.config)
        refuse(run.folder, {TextId("train.no_configuration", "no configuration is given")});
    const Settings settings = absolute(*run.config);
    checkNewRun(settings);
    checkSources(settings);
    folder.clear();
    return settings;
}

// How to train on with a setting that a run keeps to its end.
UserText wayOn(const RunFolder& folder)
{
    const auto checkpoints = folder.checkpoints();
    if (checkpoints.empty())
        return {TextId("train.way_on", "start a new run with it")};
    return {TextId("train.way_on_from", "start a new run with it whose model.start is %1"),
            checkpoints.back().folder.string()};
}

// A run may grow: the rate follows the longer schedule from the next step on.
bool grows(const Settings& before, const Settings& now, const std::string& key)
{
    return key == "steps" && now.integer("steps") > before.integer("steps");
}

// A warm-up that nobody chose stays the run's when steps grow.
nlohmann::json withWarmUp(nlohmann::json config, const Settings& before)
{
    if (!config.is_object() || (config.contains("schedule") && !config["schedule"].is_object()))
        return config; // which is told when it is read
    if (!config["schedule"].contains("warm_up_steps"))
        config["schedule"]["warm_up_steps"] = before.integer("schedule.warm_up_steps");
    return config;
}

Settings settingsOf(const TrainRun& run, const RunFolder& folder, int processes)
{
    if (!run.resume)
        return newRun(run, folder);
    if (!fs::exists(folder.configFile()))
        refuse(run.folder, {TextId("train.nothing_to_resume", "holds no run to resume")});
    if (fs::exists(folder.stateFile()) && mayBeAlive(folder.state()))
        refuse(run.folder, {TextId("train.still_at_work", "the run's process %1 on %2 is still at work"),
                            folder.state().pid, folder.state().host});
    checkProcesses(folder, processes);
    const Settings before = absolute(folder.config());
    if (!run.config)
        return before;
    Settings now = absolute(withWarmUp(*run.config, before));
    static_cast<void>(evaluatedMapWays(now)); // which may change, to names that there are
    for (const std::string& key : before.differences(now))
        if (!mayChange(key) && !grows(before, now, key))
            refuse(run.folder, {TextId("train.other_setting", "the configuration differs from the run's in %1: the run "
                                                              "has %2, the configuration %3; %4"),
                                key, before.shown(key), now.shown(key), wayOn(folder)});
    return now;
}

fs::path cacheOf(const Settings& settings)
{
    const std::string& own = settings.text("data.cache");
    return own.empty() ? cacheFolder() / "prepared" : fs::path(own);
}

// Before anything is read: what the folder is for takes hours on a large data set.
void makeCache(const Settings& settings)
{
    std::error_code failed;
    fs::create_directories(cacheOf(settings), failed);
    if (failed)
        throw Error(
            ErrorCode::Usage, {action::readConfiguration}, "data.cache",
            {TextId("train.cache_not_made", "%1 cannot be made: %2"), cacheOf(settings).string(), failed.message()});
}

void warn(const RunFolder& folder, const std::vector<UserText>& warnings)
{
    for (const UserText& warning : warnings) {
        folder.log("warning: " + warning.english());
        log::warning("train: " + warning.english());
    }
}

void tellRows(const RunFolder& folder, const TrainingIndex& index)
{
    folder.log(std::to_string(index.of(Split::Train).size()) + " images to train, " +
               std::to_string(index.of(Split::Validation).size()) + " to validate, " +
               std::to_string(index.of(Split::Test).size()) + " to test; " + std::to_string(index.leftOut) +
               " rows left out");
    for (const std::size_t row : index.nameless)
        folder.log("left out: row " + std::to_string(row) + " of the table of images names no file");
}

// What was handed over stays with the run.
void keepCohort(const Settings& settings, const RunFolder& folder)
{
    const fs::path from = handoverFolder(settings);
    const auto cohort = from.empty() ? std::nullopt : RunCohort::read(from);
    if (!cohort)
        return;
    writeAtomically(folder.path() / RunCohort::fileName, std::string_view(readText(from / RunCohort::fileName)));
    folder.log("cohort " + cohort->name + ", " + cohort->hash);
    for (const RunCohort::DataSet& each : cohort->sets)
        folder.log("data set " + each.name + (each.restricted ? ", restricted: " : ": ") + each.licence);
}

TrainedData trainedOn(const TrainingIndex& index, const RunFolder& folder)
{
    TrainedData data{index.synthetic, {}, index.classes};
    if (const auto cohort = RunCohort::read(folder.path())) {
        if (data.trainedOn.empty())
            data.trainedOn = cohort->trainedOn();
        data.terms = cohort->terms();
    }
    return data;
}

void tellUnreadable(const RunReporter& reporter, const TrainingIndex& index, const PreparedImages& images)
{
    for (const std::string& file : index.missing)
        reporter.folder().log("unreadable: " + file + ": no such file");
    for (const auto& one : images.unreadable())
        reporter.folder().log("unreadable: " + withoutPatient(one.file, index) + ": " + one.reason);
}

constexpr std::size_t shownFiles = 10;

void countUnreadable(RunReporter& reporter, const TrainingIndex& index, const PreparedImages& images)
{
    reporter.update([&](RunState& state) {
        UnreadableImages& unreadable = state.unreadable;
        unreadable = {static_cast<std::int64_t>(index.missing.size() + images.unreadable().size()), 0, {}};
        unreadable.share =
            static_cast<double>(unreadable.count) / static_cast<double>(index.missing.size() + index.images.size());
        for (const std::string& file : index.missing)
            unreadable.files.push_back(file);
        for (const auto& one : images.unreadable())
            if (unreadable.files.size() < shownFiles)
                unreadable.files.push_back(withoutPatient(one.file, index));
        unreadable.files.resize(std::min(unreadable.files.size(), shownFiles));
    });
}

// What the first process says when it has prepared the images: that the others must see the same, in the same splits.
std::string goOn(const TrainingIndex& index)
{
    std::string all;
    for (const TrainingImage& image : index.images)
        all += image.id + " " + name(image.split) + "\n";
    return "go " + sha256(all);
}

RunStatus stopped(RunReporter& reporter, const LoadingStop& loading, ProcessGroup* group)
{
    const bool asked = loading.asked();
    reporter.folder().takeControl();
    const std::string why =
        asked ? "asked for by a monitor, while it was loading" : "by a signal, before the first step";
    reporter.folder().log("stopped: " + why);
    reporter.setStatus(RunStatus::Stopped, why);
    if (group) {
        group->fromFirst("stopped");
        group->meet();
    }
    return RunStatus::Stopped;
}

// A run's data and task, the same in every process but for the samples that each takes.
struct Material
{
    TrainingIndex index;
    TaskToTrain made;
    Profile profile;
    ImageBatchOptions batches;
    TrainerOptions trainer;

    Material(const Settings& settings, TrainingIndex read, const RunFolder& folder, ProcessGroup* group)
        : index(std::move(read)), made(makeTask(settings, trainedOn(index, folder), group)), profile(made.profile),
          batches(ImageBatchOptions::from(settings)), trainer(TrainerOptions::from(settings, group ? group->size() : 1))
    {
        batches.inputSize = made.inputSize;
        batches.patch = made.patch;
        batches.lesions = made.patch > 0 && !settings.is({"task", "probe"}) && !settings.is({"task", "finetune"});
        batches.mean = profile.mean[0];
        batches.deviation = profile.deviation[0];
        if (!group)
            return;
        batches.rank = group->rank();
        batches.processes = group->size();
    }
    Cancellable<PreparedImages> images(const Settings& settings, const Job& job) const
    {
        const auto scaled = [&](int pixels) {
            return static_cast<int>(pixels * settings.number("data.base_scale") + 0.5);
        };
        const Extent base(scaled(batches.inputSize.columns), scaled(batches.inputSize.rows));
        return PreparedImages::open(
            index, {profile, {base, batches.patch}, cacheOf(settings), settings.number("data.bad_image_share"), 2},
            job);
    }
};

struct Conduct
{
    bool resume;
    const Job& job;
    ProcessGroup* group; // null: this process alone
};

RunStatus work(const Settings& settings, RunReporter& reporter, const Conduct& conduct)
{
    const auto& [resume, job, group] = conduct;
    const RunFolder& folder = reporter.folder();
    auto loading = std::make_unique<LoadingStop>(folder, job);
    makeCache(settings);
    folder.log("reading the data set");
    TrainingIndex read = readTrainingIndex(settings, embedImporter(), loading->job());
    if (loading->job().cancelled())
        return stopped(reporter, *loading, group);
    tellRows(folder, read);
    if (const UserText left = leftOutText(read); !left.empty())
        warn(folder, {left});
    const DataFacts facts = DataFacts::of(read);
    warn(folder, dataWarnings(settings, facts, group ? group->size() : 1));
    checkData(settings, facts);
    folder.log("split by patient: " +
               keepSplit(read, settings.integer("data.split_seed"), folder.path() / "split.json"));
    folder.log("building the model");
    const Material material(settings, std::move(read), folder, group);
    if (material.made.captions && (!group || group->rank() == 0)) // in the log alone: a run is seldom wrong for it
        for (const UserText& cut : cutCaptions(material.index, *material.made.captions, settings))
            folder.log("warning: " + cut.english());
    const std::string precision = settings.text("precision");
    const TrainingPrecision asked = trainingPrecisionOf(precision);
    const bool without = material.made.gpu.empty() && onThisProcessor(asked) != asked;
    folder.log("computing on " + (material.made.gpu.empty() ? "the CPU" : material.made.gpu) + ", " + precision +
               (without ? ", which here is fp32: this processor multiplies no bfloat16" : ""));
    folder.log("preparing images");
    const auto images = material.images(settings, loading->job());
    if (!images || loading->job().cancelled())
        return stopped(reporter, *loading, group);
    loading.reset(); // from here on the loop obeys, in all processes at once
    countUnreadable(reporter, material.index, *images);
    if (!resume)
        tellUnreadable(reporter, material.index, *images);
    if (const auto count = reporter.state().unreadable.count; count > 0)
        reporter.event(0, "unreadable", std::to_string(count) + " images cannot be read; see log.txt");
    const ImageBatches batches(material.index, *images, material.made.captions, material.batches);
    if (group) {
        folder.log(std::to_string(group->size()) + " processes, each with " + std::to_string(material.batches.batch) +
                   " pairs a micro-batch");
        group->fromFirst(goOn(material.index));
        group->meet();
        group->setPatience(settings.number("patience"));
    }
    Trainer::Parts parts{*material.made.task, batches, reporter, {}, material.made.gpuUse, group};
    const EvaluationData seen{material.index, *images, batches,
                              static_cast<std::size_t>(settings.integer("evaluate_images")),
                              material.batches.inputSize};
    checkEvaluation(settings,
                    EvaluatedImages::of(material.index, seen.validation([](const TrainingImage&) { return true; })));
    if (material.made.evaluate)
        parts.evaluate = [&](std::int64_t step) { return material.made.evaluate(seen, step); };
    Trainer trainer(material.trainer, parts);
    return trainer.run(resume, job);
}

Error endedByLibrary()
{
    return {ErrorCode::Internal,
            {action::train},
            "",
            {TextId("train.ended_by_library",
                    "a library ended the program, most often for want of memory or threads: lower batch, threads or "
                    "loader_threads; --resume goes on from the last checkpoint")}};
}

// As main does it, which is not come back to.
void tellEnd(const Error& why) { std::fprintf(stderr, "error: %s\n", why.what()); }

// Where the folder can still be written; standard error has the reason in any case.
void tellFailure(RunReporter& reporter, const Error& why, const std::string& technical)
{
    try {
        reporter.setStatus(RunStatus::Failed, why.what());
        reporter.folder().log("failed: " + technical);
    } catch (const std::exception&) {
    }
}

RunStatus lead(const TrainRun& run, const Job& job, ProcessGroup* group)
{
    const RunFolder folder(run.folder);
    const Settings settings = settingsOf(run, folder, group ? group->size() : 1);
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
    if (!run.resume)
        keepCohort(settings, folder);
    RunReporter reporter(folder, state);
    warn(folder, runWarnings(settings));
    const LastWords words([&](const std::exception* thrown) {
        const Error why = thrown ? failureOf(*thrown, "", settings.toJson()) : endedByLibrary();
        tellEnd(why);
        tellFailure(reporter, why, thrown ? technicalText(*thrown) : why.what());
    });
    try {
        if (group)
            group->fromFirst(settings.toJson().dump());
        return work(settings, reporter, {run.resume, job, group});
    } catch (const std::exception& error) {
        if (reporter.state().status == RunStatus::Failed) // the loop tells its own failures
            throw;
        const Error why = failureOf(error, "before the first step", settings.toJson());
        tellFailure(reporter, why, technicalText(error));
        throw why;
    }
}

// The first process's configuration counts for all; another one in another process is somebody's mistake.
void checkSame(const TrainRun& run, const Settings& first, int rank)
{
    if (!run.config)
        return;
    const Settings own = absolute(withWarmUp(*run.config, first));
    for (const std::string& key : own.differences(first))
        refuse(run.folder, {TextId("train.other_process_setting", "the configuration of process %1 differs from the "
                                                                  "first one's in %2: there it is %3, here %4; start "
                                                                  "all with the same"),
                            rank, key, first.shown(key), own.shown(key)});
}

// A signal counts from the first step on, where it stops all; images are prepared by the first process, and here only
// where the cache is not the same.
RunStatus followRun(const TrainRun& run, const Job& job, ProcessGroup& group)
{
    const Settings settings = Settings::resolve(nlohmann::json::parse(group.fromFirst({})));
    const LastWords words([&](const std::exception* thrown) {
        tellEnd(thrown ? failureOf(*thrown, "", settings.toJson()) : endedByLibrary());
    });
    checkSame(run, settings, group.rank());
    const Material material(settings, readTrainingIndex(settings, embedImporter()), RunFolder(run.folder), &group);
    const std::string told = group.fromFirst({});
    if (!told.starts_with("go ")) {
        group.meet();
        return RunStatus::Stopped;
    }
    if (told != goOn(material.index))
        throw Error(ErrorCode::Data, {action::train}, settings.text("data.root"),
                    {TextId("train.other_images",
                            "process %1 finds other images there, or in other splits, than the first one"),
                     group.rank()});
    const auto images = material.images(settings, {});
    const ImageBatches batches(material.index, *images, material.made.captions, material.batches);
    group.meet();
    group.setPatience(settings.number("patience"));
    return follow(material.trainer, *material.made.task, batches, group, job);
}

} // namespace

RunStatus trainRun(const TrainRun& run, const Job& job)
{
    const auto place = LaunchPlace::fromEnvironment();
    if (!place)
        return lead(run, job, nullptr);
    const auto group = joinProcesses(*place, job);
    if (!group)
        return RunStatus::Stopped;
    try {
        return group->first() ? lead(run, job, group.get()) : followRun(run, job, *group);
    } catch (const ProcessLost&) {
        throw;
    } catch (const std::exception& error) {
        const Error why = failureOf(error, "", nullptr);
        group->leave(why.what());
        throw why;
    }
}

} // namespace mama

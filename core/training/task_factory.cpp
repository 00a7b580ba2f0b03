#include "core/training/task_factory.h"

#include "core/base/error.h"
#include "core/base/error_actions.h"
#include "core/model/kernels/cuda_plugin.h"
#include "core/training/check/run_check.h"
#include "core/training/evaluation/classification_evaluation.h"
#include "core/training/evaluation/map_evaluation.h"
#include "core/training/evaluation/validation_loss.h"
#include "core/training/evaluation/warm_start_evaluation.h"
#include "core/training/evaluation/zero_shot_evaluation.h"
#include "core/training/loop/process_group.h"
#include "core/training/losses/dense_terms.h"
#include "core/training/model/gpu_monitor.h"
#include "core/training/settings/start_description.h"
#include "core/training/tasks/classification_task.h"
#include "core/training/tasks/pretraining_task.h"

#include <algorithm>
#include <thread>

namespace fs = std::filesystem;

namespace mama {
namespace {

// How images become input: as the start's model.json says, but for what the settings say.
Profile profileOf(const Settings& settings, const nlohmann::json& input)
{
    const std::string &own = settings.text("data.profile"), named = input.value("profile", std::string("mama"));
    const fs::path beside = fs::path(settings.text("model.start")) / (named + ".json");
    std::error_code failed;
    const Profile profile = findProfile(!own.empty()                          ? own
                                        : fs::is_regular_file(beside, failed) ? beside.string()
                                                                              : named);
    nlohmann::json told = nlohmann::json::object();
    for (const char* key : {"rows", "columns", "mean", "deviation", "resizer", "crop_half_even", "fit"})
        if (input.contains(key) && (own.empty() || std::string(key) != "resizer"))
            told[key] = input[key];
    return told.empty() ? profile : withSettings(profile, told);
}

// What the data pipeline must know of the start.
void readInput(const Settings& settings, const nlohmann::json& description, TaskToTrain& made)
{
    made.profile = profileOf(settings, description.value("input", nlohmann::json::object()));
    made.inputSize = inputSizeOf(settings, description);
    made.patch = description.at("image").value("patch", 0);
}

// Processes of one machine share its cores.
int threadsOf(const Settings& settings, const ProcessGroup* group)
{
    const int asked = static_cast<int>(settings.integer("threads"));
    return asked > 0 || !group
               ? asked
               : std::max(1, static_cast<int>(std::thread::hardware_concurrency()) / group->localSize());
}

// Several processes speak through the CPU's memory, so they compute there.
Placement placementOf(const Settings& settings, const ProcessGroup* group)
{
    const std::string device = settings.text("device");
    if (group && device == "auto" && cuda::chooseDevice(device) >= 0)
        throw Error(
            ErrorCode::Usage, {action::train}, "device",
            {TextId("train.group_with_gpu", "auto: this machine has a GPU, but several processes compute on the CPU: "
                                            "say cpu, or start one process")});
    if (group && device != "auto" && device != "cpu")
        throw Error(ErrorCode::Usage, {action::train}, "device",
                    {TextId("train.group_on_cpu", "%1: several processes compute on the CPU"), device});
    return {group ? "cpu" : device, trainingPrecisionOf(settings.text("precision"))};
}

// The GPU that the task uses, if it does.
void watchGpu(const Placement& placement, TaskToTrain& made)
{
    const int index = cuda::chooseDevice(placement.device);
    if (index < 0)
        return;
    made.gpu = cuda::deviceName(index);
    made.gpuUse = [monitor = std::make_shared<GpuMonitor>(index)] { return monitor->now(); };
}

// What every task takes.
TaskOptions commonOptions(const Settings& settings, const TrainedData& data, ProcessGroup* group,
                          const Profile& profile)
{
    TaskOptions options;
    options.mean = profile.mean;
    options.deviation = profile.deviation;
    options.start = settings.text("model.start");
    options.seed = static_cast<std::uint64_t>(settings.integer("seed"));
    options.threads = threadsOf(settings, group);
    options.placement = placementOf(settings, group);
    options.name = settings.text("model.name");
    const std::string& own = settings.text("model.trained_on");
    options.trainedOn = own.empty() ? trainedOnWith(settings, data.trainedOn) : own;
    options.terms = data.terms;
    options.group = group;
    return options;
}

struct Common
{
    TaskOptions options;
    const TrainedData& data;
    nlohmann::json description; // of the model as it is trained
};

template <class Options>
Options with(const TaskOptions& common)
{
    Options options;
    static_cast<TaskOptions&>(options) = common;
    return options;
}

LossOptions lossOf(const Settings& settings)
{
    return {lossScheduleOf(settings.text("loss.schedule")),
            settings.integer("loss.late_loss"),
            settings.number("loss.simclr_weight"),
            settings.number("loss.second_view_weight"),
            settings.number("loss.local_weight"),
            settings.number("loss.temperature"),
            negativesOf(settings.text("loss.clip_negatives")),
            negativesOf(settings.text("loss.simclr_negatives")),
            negativesOf(settings.text("loss.local_negatives"))};
}

std::vector<FindingSentence> sentencesOf(const Settings& settings)
{
    const std::string& file = settings.text("dense.sentences");
    if (file.empty())
        return {};
    try {
        return readFindingSentences(file);
    } catch (const Error& error) { // what is to be mended is the setting's file
        throw Error(ErrorCode::Usage, {action::readConfiguration}, "dense.sentences: " + error.where(), error.why());
    }
}

// Empty: the configuration asks for MaMA's losses alone.
std::shared_ptr<ExtraTerm> denseTerms(const Settings& settings, const std::vector<FindingSentence>& sentences,
                                      const CaptionTokenizer& captions)
{
    DenseTerms::Options options;
    options.maskWeight = settings.number("dense.mask_weight");
    options.sentenceWeight = settings.number("dense.sentence_weight");
    if (options.maskWeight == 0 && options.sentenceWeight == 0)
        return nullptr;
    options.sentences = sentences;
    options.positiveWeight = settings.number("dense.positive_weight");
    return std::make_shared<DenseTerms>(options, captions);
}

void makePretraining(const Settings& settings, const Common& common, TaskToTrain& made)
{
    auto options = with<PretrainingTask::Options>(common.options);
    if (common.description != describeModel(options.start))
        options.description = common.description;
    options.textTower = settings.text("model.text_tower");
    options.imageTraining = imageTrainingOf(settings.text("model.image_training"));
    options.loss = lossOf(settings);
    options.scaleLimit = settings.number("loss.scale_limit");
    options.textTraining = textTrainingOf(settings.text("model.text_training"));
    options.loraRank = static_cast<int>(settings.integer("lora.rank"));
    options.loraAlpha = settings.number("lora.alpha");
    options.loraDropout = settings.number("lora.dropout");
    options.dropout = settings.number("model.dropout");
    options.captionNorm = settings.is({"model.text_local_norm", "caption"});
    options.optimizer = OptimizerSettings::from(settings);
    options.sharedNorm = settings.is({"model.batch_norm", "together"});
    auto task = std::make_unique<PretrainingTask>(options);
    made.captions = task->captions();
    const auto sentences = sentencesOf(settings);
    if (const std::shared_ptr<ExtraTerm> dense = denseTerms(settings, sentences, *made.captions))
        task->add(dense);
    const bool whole = settings.integer("loss.late_loss") < settings.integer("steps");
    const MapQuestions questions{*made.captions, sentences, evaluatedMapWays(settings)};
    made.evaluate = [&own = *task, questions, whole](const EvaluationData& data, std::int64_t step) {
        EvalRecord record = evaluateZeroShot(own, questions.captions, data, step);
        addValidationLoss(own, questions.captions, data, whole, record);
        if (data.index.hasMasks && !questions.sentences.empty())
            evaluateMaps(own, questions, data, record);
        return record;
    };
    made.task = std::move(task);
}

void makeClassification(const Settings& settings, const Common& common, TaskToTrain& made)
{
    auto options = with<ClassificationTask::Options>(common.options);
    if (settings.is({"task", "finetune"}))
        options.imageTraining = imageTrainingOf(settings.text("model.image_training"));
    options.loraRank = static_cast<int>(settings.integer("lora.rank"));
    options.loraAlpha = settings.number("lora.alpha");
    options.classes = common.data.classes;
    options.optimizer = OptimizerSettings::from(settings);
    auto task = std::make_unique<ClassificationTask>(options);
    made.evaluate = [&own = *task](const EvaluationData& data, std::int64_t step) {
        return evaluateClassification(own, data, step);
    };
    made.task = std::move(task);
}

void makeWarmStart(const Settings& settings, const Common& common, TaskToTrain& made)
{
    auto options = with<WarmStartTask::Options>(common.options);
    options.optimizer = OptimizerSettings::from(settings);
    options.positiveWeight = settings.number("dense.positive_weight");
    options.sharedNorm = settings.is({"model.batch_norm", "together"});
    auto task = std::make_unique<WarmStartTask>(options);
    made.evaluate = [&own = *task](const EvaluationData& data, std::int64_t step) {
        return evaluateWarmStart(own, data, step);
    };
    made.task = std::move(task);
}

// The tasks that the setting "task" offers: each maker fills in the task, its evaluation and, if it takes text, the
// tokenizer. Defaults that go with a task stand in settingPresets().
struct TaskKind
{
    SettingChoice name;
    void (*make)(const Settings& settings, const Common& common, TaskToTrain& made);
};
constexpr TaskKind taskKinds[] = {{{"task", "pretrain"}, makePretraining},
                                  {{"task", "probe"}, makeClassification},
                                  {{"task", "finetune"}, makeClassification},
                                  {{"task", "warm-start"}, makeWarmStart}};

} // namespace

TaskToTrain makeTask(const Settings& settings, const TrainedData& data, ProcessGroup* group)
{
    TaskToTrain made;
    watchGpu(placementOf(settings, group), made);
    if (settings.text("model.start").empty())
        throw Error(ErrorCode::Usage, {action::train}, "model.start",
                    {TextId("train.no_start", "the model folder to start from is not given")});
    const auto* kind = std::find_if(std::begin(taskKinds), std::end(taskKinds),
                                    [&](const TaskKind& one) { return settings.is(one.name); });
    if (kind == std::end(taskKinds))
        throw Error(ErrorCode::Unsupported, {action::train}, "task",
                    {TextId("train.no_such_task", "\"%1\" cannot be trained by this build"), settings.text("task")});
    const nlohmann::json description = startDescription(settings);
    readInput(settings, description, made);
    kind->make(settings, {commonOptions(settings, data, group, made.profile), data, description}, made);
    return made;
}

} // namespace mama

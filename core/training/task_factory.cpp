#include "core/training/task_factory.h"

#include "core/base/error.h"
#include "core/base/files.h"
#include "core/model/kernels/cuda_plugin.h"
#include "core/training/evaluation/classification_evaluation.h"
#include "core/training/evaluation/map_evaluation.h"
#include "core/training/evaluation/warm_start_evaluation.h"
#include "core/training/evaluation/zero_shot_evaluation.h"
#include "core/training/loop/process_group.h"
#include "core/training/losses/dense_terms.h"
#include "core/training/model/gpu_monitor.h"
#include "core/training/tasks/classification_task.h"
#include "core/training/tasks/pretraining_task.h"

#include <algorithm>
#include <thread>

namespace fs = std::filesystem;

namespace mama {
namespace {

std::vector<std::string> classesOf(const Settings& settings)
{
    if (settings.text("data.label") == "birads")
        return {"0", "1", "2", "3", "4", "5", "6"};
    if (settings.text("data.label") == "density")
        return {"A", "B", "C", "D"};
    throw Error(ErrorCode::Usage, "train", "data.label", "a probe or fine-tuning needs a label: birads or density");
}

// What the data pipeline must know stands in the start's model.json.
void readInput(const Settings& settings, TaskToTrain& made)
{
    const auto description = readJson(fs::path(settings.text("model.start")) / "model.json");
    const auto input = description.value("input", nlohmann::json::object());
    made.profile = input.value("profile", std::string("mama"));
    made.inputSize = static_cast<int>(settings.integer("data.input_size"));
    if (made.inputSize == 0)
        made.inputSize = input.value("size", 518);
    made.patch = description.at("image").value("patch", 14);
    if (made.inputSize % made.patch != 0)
        throw Error(ErrorCode::Usage, "train", "data.input_size",
                    std::to_string(made.inputSize) + " is not a multiple of the patch, " + std::to_string(made.patch));
}

std::string trainedOnOf(const Settings& settings, const std::string& dataSet)
{
    return settings.text("model.trained_on").empty() ? dataSet : settings.text("model.trained_on");
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
    if (group && device != "auto" && device != "cpu")
        throw Error(ErrorCode::Usage, "train", "device", device + ": several processes compute on the CPU");
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

void fill(TaskOptions& options, const Settings& settings, const std::string& trainedOn, ProcessGroup* group)
{
    options.start = settings.text("model.start");
    options.seed = static_cast<std::uint64_t>(settings.integer("seed"));
    options.threads = threadsOf(settings, group);
    options.placement = placementOf(settings, group);
    options.name = settings.text("model.name");
    options.trainedOn = trainedOnOf(settings, trainedOn);
    options.group = group;
}

std::unique_ptr<ClassificationTask> classification(const Settings& settings, const std::string& trainedOn,
                                                   ProcessGroup* group)
{
    ClassificationTask::Options options;
    fill(options, settings, trainedOn, group);
    options.wholeTower = settings.text("task") == "finetune";
    options.classes = classesOf(settings);
    options.momentum = settings.number("optimizer.beta1");
    options.weightDecay = settings.number("optimizer.weight_decay");
    options.clip = settings.number("optimizer.clip");
    return std::make_unique<ClassificationTask>(options);
}

std::unique_ptr<WarmStartTask> warmStart(const Settings& settings, const std::string& trainedOn, ProcessGroup* group)
{
    WarmStartTask::Options options;
    fill(options, settings, trainedOn, group);
    options.beta1 = settings.number("optimizer.beta1");
    options.beta2 = settings.number("optimizer.beta2");
    options.weightDecay = settings.number("optimizer.weight_decay");
    options.decayMatricesOnly = settings.text("optimizer.decay") == "matrices";
    options.clip = settings.number("optimizer.clip");
    options.positiveWeight = settings.number("dense.positive_weight");
    options.sharedNorm = settings.text("model.batch_norm") == "together";
    return std::make_unique<WarmStartTask>(options);
}

LossOptions lossOf(const Settings& settings)
{
    const auto negatives = [&](const char* key) { return negativesOf(settings.text(key)); };
    return {lossScheduleOf(settings.text("loss.schedule")),
            settings.integer("loss.late_loss"),
            settings.number("loss.simclr_weight"),
            settings.number("loss.second_view_weight"),
            settings.number("loss.local_weight"),
            settings.number("loss.temperature"),
            negatives("loss.clip_negatives"),
            negatives("loss.simclr_negatives"),
            negatives("loss.local_negatives")};
}

std::unique_ptr<PretrainingTask> pretraining(const Settings& settings, const std::string& trainedOn,
                                             ProcessGroup* group)
{
    PretrainingTask::Options options;
    fill(options, settings, trainedOn, group);
    options.loss = lossOf(settings);
    options.scaleLimit = settings.number("loss.scale_limit");
    options.textTraining = textTrainingOf(settings.text("model.text_training"));
    options.loraRank = static_cast<int>(settings.integer("lora.rank"));
    options.loraAlpha = settings.number("lora.alpha");
    options.loraDropout = settings.number("lora.dropout");
    options.dropout = settings.number("model.dropout");
    options.captionNorm = settings.text("model.text_local_norm") == "caption";
    options.beta1 = settings.number("optimizer.beta1");
    options.beta2 = settings.number("optimizer.beta2");
    options.weightDecay = settings.number("optimizer.weight_decay");
    options.decayMatricesOnly = settings.text("optimizer.decay") == "matrices";
    options.clip = settings.number("optimizer.clip");
    options.towerFactor = settings.number("optimizer.tower_factor");
    options.textFactor = settings.number("optimizer.text_factor");
    options.sharedNorm = settings.text("model.batch_norm") == "together";
    return std::make_unique<PretrainingTask>(options);
}

// Empty: the configuration asks for MaMA's losses alone.
std::shared_ptr<ExtraTerm> denseTerms(const Settings& settings, const CaptionTokenizer& captions)
{
    DenseTerms::Options options;
    options.maskWeight = settings.number("dense.mask_weight");
    options.sentenceWeight = settings.number("dense.sentence_weight");
    if (options.maskWeight == 0 && options.sentenceWeight == 0)
        return nullptr;
    if (settings.text("dense.sentences").empty())
        throw Error(ErrorCode::Usage, "train", "dense.sentences", "terms with masks need a file of sentences");
    options.sentences = readFindingSentences(settings.text("dense.sentences"));
    options.positiveWeight = settings.number("dense.positive_weight");
    return std::make_shared<DenseTerms>(options, captions);
}

} // namespace

TaskToTrain makeTask(const Settings& settings, const std::string& trainedOn, ProcessGroup* group)
{
    const std::string& name = settings.text("task");
    TaskToTrain made;
    watchGpu(placementOf(settings, group), made);
    if (settings.text("model.start").empty())
        throw Error(ErrorCode::Usage, "train", "model.start", "the model folder to start from is not given");
    if (name == "pretrain") {
        readInput(settings, made);
        made.captions = loadCaptionTokenizer(settings.text("model.start"));
        auto task = pretraining(settings, trainedOn, group);
        const std::shared_ptr<ExtraTerm> dense = denseTerms(settings, *made.captions);
        if (dense)
            task->add(dense);
        const auto sentences = settings.text("dense.sentences").empty()
                                   ? std::vector<FindingSentence>()
                                   : readFindingSentences(settings.text("dense.sentences"));
        made.evaluate = [&own = *task, captions = *made.captions, sentences](const EvaluationData& data,
                                                                             std::int64_t step) {
            EvalRecord record = evaluateZeroShot(own, captions, data, step);
            if (data.index.hasMasks && !sentences.empty())
                evaluateMaps(own, captions, sentences, data, record);
            return record;
        };
        made.task = std::move(task);
        return made;
    }
    if (name == "warm-start") {
        readInput(settings, made);
        auto task = warmStart(settings, trainedOn, group);
        made.evaluate = [&own = *task](const EvaluationData& data, std::int64_t step) {
            return evaluateWarmStart(own, data, step);
        };
        made.task = std::move(task);
        return made;
    }
    if (name == "probe" || name == "finetune") {
        readInput(settings, made);
        auto classifier = classification(settings, trainedOn, group);
        made.evaluate = [&task = *classifier](const EvaluationData& data, std::int64_t step) {
            return evaluateClassification(task, data, step);
        };
        made.task = std::move(classifier);
        return made;
    }
    throw Error(ErrorCode::Unsupported, "train", "task", "\"" + name + "\" cannot be trained by this build");
}

} // namespace mama

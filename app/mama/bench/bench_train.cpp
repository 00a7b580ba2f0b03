// mama bench train-step: a step of MaMA's pre-training with random weights on random images; memory of the local loss.
#include "app/mama/bench/bench.h"
#include "core/base/error.h"
#include "core/base/files.h"
#include "core/base/processor.h"
#include "core/image/model_input.h"
#include "core/training/data/sample_batch.h"
#include "core/training/losses/local_loss_memory.h"
#include "core/training/losses/peak_memory.h"
#include "core/training/model/start_model.h"
#include "core/training/tasks/pretraining_task.h"

#include <chrono>
#include <ctime>
#include <random>
#include <unistd.h>

namespace fs = std::filesystem;

namespace mama::cli {
namespace {

using Clock = std::chrono::steady_clock;

// The published size: ViT-B/14 with 4 registers at 518 pixels, MiniLM, MaMA's heads.
nlohmann::json publishedSize()
{
    return {{"format", 1},
            {"name", "random ViT-B/14-reg4, MiniLM"},
            {"kind", "mama"},
            {"image",
             {{"family", "dinov2"},
              {"width", 768},
              {"depth", 12},
              {"heads", 12},
              {"patch", defaultPatch},
              {"registers", 4},
              {"mlp_hidden", 3072},
              {"ffn", "mlp"},
              {"layer_scale", true},
              {"native_grid", {37, 37}},
              {"interpolation", {{"antialias", true}, {"offset", 0.0}, {"mode", "bicubic"}}},
              {"norm_eps", 1e-6},
              {"pooling", "mean-prenorm"}}},
            {"text", {{"base", "minilm"}}},
            {"heads",
             {{"embedding", 512},
              {"local", true},
              {"local_hidden", 2048},
              {"text_local_hidden", 2048},
              {"simclr", true},
              {"simclr_hidden", 512},
              {"simclr_out", 512},
              {"classes", nullptr},
              {"batchnorm_eps", 1e-5}}},
            {"input", {{"profile", "mama"}, {"profile_version", 1}, {"size", defaultInputSize}, {"channels", 3}}},
            {"inference",
             {{"text_pooling", "training"}, {"zero_shot_softmax", "once"}, {"full_length_caption", "last-token"}}},
            {"compat", "default"},
            {"provenance", {{"trained_on", "nothing: random weights"}}}};
}

// A folder that goes with the measurement.
struct Scratch
{
    fs::path folder = fs::temp_directory_path() / ("mama-bench-" + std::to_string(::getpid()));
    Scratch() = default;
    Scratch(const Scratch&) = delete;
    Scratch& operator=(const Scratch&) = delete;
    ~Scratch()
    {
        std::error_code ignored;
        fs::remove_all(folder, ignored);
    }
};

SampleBatch randomBatch(const TrainBenchOptions& options, int side, std::uint32_t seed)
{
    std::mt19937 random(seed);
    std::normal_distribution<float> normal;
    std::uniform_int_distribution<std::int64_t> token(1000, 20000);
    SampleBatch batch;
    batch.size = options.pairs;
    batch.height = batch.width = side;
    for (auto* view : {&batch.first, &batch.second}) {
        view->resize(static_cast<std::size_t>(batch.size) * static_cast<std::size_t>(side * side));
        for (float& value : *view)
            value = normal(random);
    }
    batch.tokens = options.tokens;
    for (std::int64_t i = 0; i < batch.size; ++i) {
        for (int t = 0; t < options.tokens; ++t)
            batch.ids.push_back(token(random));
        std::vector<std::int64_t> separators;
        for (int s = 1; s <= options.sentences; ++s)
            separators.push_back(std::int64_t{s} * options.tokens / options.sentences - 1);
        batch.separators.push_back(separators);
        batch.imageIds.push_back(std::to_string(i));
    }
    batch.mask.assign(static_cast<std::size_t>(batch.size) * static_cast<std::size_t>(options.tokens), 1);
    return batch;
}

PretrainingTask taskOf(const TrainBenchOptions& options, const fs::path& start)
{
    PretrainingTask::Options made;
    made.start = start;
    made.loss = {LossSchedule::PaperMean, 0, 1, 0.5};
    made.placement.precision = trainingPrecisionOf(options.precision);
    made.textTraining = textTrainingOf(options.text);
    made.dropout = made.loraDropout = 0;
    made.threads = options.bench.compute.threads > 0 ? options.bench.compute.threads : processor().cores;
    return PretrainingTask(made);
}

nlohmann::json stepResult(const TrainBenchOptions& options, const nlohmann::json& description, const Job& job)
{
    Scratch scratch;
    writeStartModel({description, {}, 1, {}}, scratch.folder);
    PretrainingTask task = taskOf(options, scratch.folder);
    const int side = description.at("input").at("size").get<int>();
    std::map<std::string, std::vector<double>> parts;
    std::vector<double> times, used, losses;
    const PeakMemory memory;
    for (int run = 0; run <= options.bench.repeat && !job.cancelled(); ++run) {
        const SampleBatch batch =
            randomBatch(options, side, static_cast<std::uint32_t>(run)); // captions of its own each time
        const auto start = Clock::now();
        const std::clock_t before = std::clock();
        const StepReport report = task.accumulate(batch, run, 0, 1);
        task.apply(run, 1e-5);
        const double milliseconds = std::chrono::duration<double, std::milli>(Clock::now() - start).count();
        job.report(static_cast<std::uint64_t>(run), static_cast<std::uint64_t>(options.bench.repeat), "step");
        losses.push_back(report.terms.at("total"));
        if (run == 0)
            continue;
        times.push_back(milliseconds);
        used.push_back(static_cast<double>(std::clock() - before) / CLOCKS_PER_SEC);
        const auto& s = task.seconds();
        for (const auto& [part, seconds] : {std::pair{"images forward", s.images},
                                            {"text forward", s.text},
                                            {"losses", s.losses},
                                            {"backward", s.backward},
                                            {"optimiser", s.optimiser}})
            parts[part].push_back(1e3 * seconds);
    }
    if (times.empty())
        return nullptr;
    nlohmann::json result = spreadOf(times);
    for (const auto& [part, each] : parts)
        result["parts"][part] = spreadOf(each)["median"];
    result.update({{"what", "step"},
                   {"precision", onThisProcessor(trainingPrecisionOf(options.precision)) == TrainingPrecision::Fp32
                                     ? "fp32"
                                     : options.precision},
                   {"pairs", options.pairs},
                   {"tokens", options.tokens},
                   {"sentences", options.sentences},
                   {"text", options.text},
                   {"losses", losses},
                   {"threads", options.bench.compute.threads > 0 ? options.bench.compute.threads : processor().cores},
                   {"images_per_second", 2e3 * options.pairs / result["median"].get<double>()},
                   {"peak_bytes", memory.highestBytes()},
                   {"cpu_seconds", spreadOf(used)["median"]}});
    return result;
}

nlohmann::json localLossResults(const TrainBenchOptions& options, const Job& job)
{
    nlohmann::json results = nlohmann::json::array();
    for (const int images : {32, 64, 128})
        for (const bool tiled : {true, false}) {
            LocalLossSizes sizes;
            sizes.images = images;
            sizes.sentences = options.sentences;
            if (job.cancelled() || (!tiled && plainLocalLossBytes(sizes) > options.plainLimit * 1e9))
                continue;
            const LocalLossCost cost = measureLocalLoss(sizes, tiled);
            nlohmann::json result = spreadOf({1e3 * cost.seconds});
            result.update(
                {{"what", std::string(tiled ? "tiled, N = " : "plain formula, N = ") + std::to_string(images)},
                 {"images", images},
                 {"patches", sizes.patches},
                 {"sentences", sizes.sentences},
                 {"width", sizes.width},
                 {"tiled", tiled},
                 {"peak_bytes", cost.peakBytes},
                 {"loss", cost.loss}});
            results.push_back(result);
        }
    return results;
}

} // namespace

int benchTrainStep(const TrainBenchOptions& options, const Context& context)
{
    const Job job = context.job();
    nlohmann::json document = benchHead(options.localLoss ? "local-loss" : "train-step");
    if (options.localLoss) {
        document["results"] = localLossResults(options, job);
    } else {
        const nlohmann::json description =
            options.description.empty() ? publishedSize() : readJson(options.description);
        document["model"] = description.value("name", "");
        document["weights"] = "random";
        const nlohmann::json result = stepResult(options, description, job);
        if (result.is_null())
            return Cancelled;
        document["results"] = {result};
    }
    printBench(document, options.bench.json);
    return job.cancelled() ? Cancelled : Done;
}

} // namespace mama::cli

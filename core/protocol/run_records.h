#pragma once
#include <cstdint>
#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

// What a training run writes for whoever watches it, and what a watcher asks. README.md in this folder lists the
// fields.
namespace mama {

enum class RunStatus { Starting, Running, Paused, Finished, Stopped, Failed };
const char* name(RunStatus status); // "starting", "running", …

// The best checkpoint so far by the metric that the configuration names.
struct BestCheckpoint
{
    std::int64_t step = 0;
    std::string metric;
    double value = 0;
};

struct UnreadableImages
{
    std::int64_t count = 0;
    double share = 0;               // of the images of the data set
    std::vector<std::string> files; // the first ten
};

// state.json. Times are unix seconds.
struct RunState
{
    RunStatus status = RunStatus::Starting;
    std::string task;                 // "pretrain", "probe", "finetune", "warm-start"
    std::int64_t step = 0, steps = 0; // optimiser steps done, and wanted
    double epoch = 0;                 // passes over the training images, with fraction
    std::int64_t samples = 0;         // image pairs seen
    double started = 0, heartbeat = 0;
    std::int64_t pid = 0;
    std::string host;
    double elapsedSeconds = 0;                    // spent training, pauses and time between resumes left out
    std::optional<std::pair<double, double>> eta; // seconds to go, low and high; empty: not known yet
    std::string reason;                           // when failed or stopped
    std::string lastCheckpoint;                   // "step-N"; empty: none yet
    std::optional<BestCheckpoint> best;
    UnreadableImages unreadable;
    std::string process; // of the pid: what tells it from a later one of the same number (processMark())

    nlohmann::json toJson() const;
    // Members that are missing keep their defaults. Error(Format) names the member of a wrong type.
    static RunState fromJson(const nlohmann::json& state);
};

// One optimiser step. `step` counts the steps done, so the first record has 1; the rate `lr` is the one that it used.
// Numbers that are not finite are written as null and read as NaN.
struct StepRecord
{
    std::int64_t step = 0;
    double epoch = 0;
    std::int64_t samples = 0;
    double time = 0, lr = 0, loss = 0;
    std::map<std::string, double> terms;     // parts of the loss by name
    std::map<std::string, double> scale;     // e^scale by name: "logit", "local"
    double gradNorm = 0;                     // before clipping
    std::map<std::string, double> gradients; // of parts of it that train: "image", "text"
    double imagesPerSecond = 0;
    double loadingShare = 0;           // of the step's time, spent waiting for batches
    double memoryMb = 0;               // resident
    double cpu = 0;                    // cores in use by the process
    std::optional<double> gpu;         // share of the GPU in use, 0 to 1; empty without one
    std::optional<double> gpuMemoryMb; // of this process's tensors on the GPU; empty without one
};

// A figure with its 95 % interval over n cases; low and high NaN: it has none.
struct MetricValue
{
    double value = 0, low = 0, high = 0;
    std::int64_t n = 0;
};

struct EvalRecord
{
    std::int64_t step = 0;
    double time = 0;
    std::string split; // "validation", "test"
    std::map<std::string, MetricValue> metrics;
};

struct EventRecord
{
    std::int64_t step = 0;
    double time = 0;
    std::string event; // started, resumed, paused, continued, checkpoint, late_loss, unreadable, skipped, stopped,
                       // finished, failed
    std::string text;
};

// One line of metrics.jsonl.
using RunRecord = std::variant<StepRecord, EvalRecord, EventRecord>;
nlohmann::json toJson(const RunRecord& record);
// Empty for what is no record of a known kind, so that a newer writer's lines are passed over.
std::optional<RunRecord> recordOf(const nlohmann::json& line);
std::int64_t stepOf(const RunRecord& record);

// control.json: what a monitor asks of the run.
struct ControlRequest
{
    enum class Ask { Stop, Pause, Resume, Checkpoint };
    Ask ask = Ask::Stop;
    std::int64_t id = 0;

    nlohmann::json toJson() const;
    static std::optional<ControlRequest> fromJson(const nlohmann::json& request);
};

} // namespace mama

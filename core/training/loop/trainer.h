#pragma once
#include "core/base/error.h"
#include "core/base/progress.h"
#include "core/training/data/batch_source.h"
#include "core/training/loop/best_so_far.h"
#include "core/training/loop/checkpoints.h"
#include "core/training/loop/gpu_use.h"
#include "core/training/loop/health_log.h"
#include "core/training/loop/process_load.h"
#include "core/training/loop/run_reporter.h"
#include "core/training/loop/schedule.h"
#include "core/training/loop/step_times.h"
#include "core/training/loop/stop_rules.h"
#include "core/training/loop/training_task.h"
#include "core/training/settings/settings.h"

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace mama {

enum class Agreement : std::int64_t;
class Prefetcher;
class ProcessGroup;

struct TrainerOptions
{
    std::int64_t steps = 40000;
    Schedule schedule;
    int batch = 36, accumulation = 2;
    int processes = 1; // each takes `batch` pairs
    int loaderThreads = 1, prefetch = 4;
    std::int64_t checkpointEvery = 500, keepEvery = 0, evaluateEvery = 0;
    std::string bestMetric; // "-NAME": the lower the better
    std::int64_t earlyStop = 0;
    std::int64_t lateLoss = -1; // below 0: the task has none
    StopRules::Limits stop;
    nlohmann::json config; // complete, for health and advice; null: none

    static TrainerOptions from(const Settings& settings, int processes = 1);
    std::int64_t pairs() const { return std::int64_t{batch} * accumulation * processes; } // of a step
};

// Drives a task from batches to the end of the run, and keeps the run folder so that a kill at any moment loses at most
// the steps since the last checkpoint: the resumed run goes on to the same numbers. In a run of several processes this
// is the first one's part; the others follow (follower.h).
class Trainer
{
public:
    struct Parts
    {
        TrainingTask& task;
        const BatchSource& source;
        RunReporter& reporter;
        // Figures of a split after `step` steps; may be empty.
        std::function<EvalRecord(std::int64_t step)> evaluate;
        // Of the GPU that the task uses; may be empty.
        std::function<GpuUse()> gpuUse;
        ProcessGroup* group = nullptr; // the run's processes; null: this one alone
    };
    Trainer(const TrainerOptions& options, const Parts& parts);
    ~Trainer();

    // From the last checkpoint if `resume` and there is one, else from the start. Finished or Stopped; a stop by `job`
    // or by a monitor writes a checkpoint first. A step whose loss or gradient is no number is left out and told. A
    // failure is written to the run's state with step and last good checkpoint, and thrown: StoppedByRule, Error(Io)
    // for a full disk, Error(Memory), which says what to lower; ProcessLost, after a checkpoint of the last step that
    // all had done.
    RunStatus run(bool resume, const Job& job);

private:
    enum class Next { Step, Stop };
    RunStatus loop(bool resume, const Job& job);
    void restore();
    void start();
    void save();
    Agreement agreed(Agreement own) const;
    Next obey(const Job& job);
    Next decided(Agreement what);
    Next pause(const Job& job);
    RunStatus stop(const std::string& why);
    StepRecord step();
    void optimise(StepRecord& record);
    void leaveOut(StepRecord& record, const NotFinite& why);
    void look(); // at the run's health
    void report(StepRecord& record, double seconds, double waited);
    bool evaluate(); // true: no better value for too long
    void checkpoint();
    void showProgress(double seconds);
    std::string imagesOfStep() const;
    std::string lastGood() const;
    std::string wayOn(const StoppedByRule& rule) const;
    [[noreturn]] void fail(const Error& error);

    TrainerOptions m_options;
    Parts m_parts;
    Checkpoints m_checkpoints;
    std::unique_ptr<Prefetcher> m_batches;
    ProcessLoad m_load;
    std::int64_t m_step = 0; // done
    double m_elapsed = 0, m_overhead = 0;
    std::int64_t m_stepsHere = 0, m_lastCheckpoint = -1;
    BestSoFar m_best;
    std::string m_stop; // why the run stops
    StepTimes m_times;
    StopRules m_rules;
    HealthLog m_health;
    std::vector<std::string> m_images; // of the step at work, for messages
};

} // namespace mama

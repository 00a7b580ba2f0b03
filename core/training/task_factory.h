#pragma once
#include "core/image/profile.h"
#include "core/protocol/run_records.h"
#include "core/text/captions/caption_tokens.h"
#include "core/training/evaluation/evaluation_data.h"
#include "core/training/loop/gpu_use.h"
#include "core/training/loop/training_task.h"
#include "core/training/settings/settings.h"

#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace mama {

class ProcessGroup;

// A task ready to train, and what the data pipeline must know of its model.
struct TaskToTrain
{
    std::unique_ptr<TrainingTask> task;
    std::optional<CaptionTokenizer> captions; // empty: the task takes no text
    Profile profile;
    Extent inputSize = defaultInputSize;
    int patch = defaultPatch;       // 0: the tower's cells are no whole pixels
    std::string gpu;                // its name; empty: the task runs on the CPU
    std::function<GpuUse()> gpuUse; // empty without one
    // Figures after `step` steps; empty: the task has none.
    std::function<EvalRecord(const EvaluationData& data, std::int64_t step)> evaluate;
};

// What a task takes from the data set.
struct TrainedData
{
    std::string trainedOn;            // what the data set says of itself, for model.json
    std::string terms;                // of data that may not be passed on, for its licence; empty: none
    std::vector<std::string> classes; // of data.label
};

// What a configuration asks for: model and optimiser of `task`. group: the processes that train together, or null.
// Error(Usage) for a task that there is none of, Error(Model) or Error(Format) for a model that cannot be read. No
// Torch in this header.
TaskToTrain makeTask(const Settings& settings, const TrainedData& data, ProcessGroup* group = nullptr);

} // namespace mama

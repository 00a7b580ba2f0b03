#pragma once
#include "core/training/loop/step_report.h"

#include <cstdint>
#include <filesystem>
#include <map>
#include <string>

namespace mama {

struct SampleBatch;
class SharedFiles;

// One way of training (pre-training, probe and fine-tuning, warm start) as the loop sees it: it feeds micro-batches,
// asks for a step of the optimiser, and saves. No Torch in this header. Not thread-safe: one loop drives it.
class TrainingTask
{
public:
    virtual ~TrainingTask() = default;

    // Forward and backward of micro-batch `micro` of `micros`; gradients are divided by `micros` and added up. `step`
    // counts optimiser steps from 0 and alone decides which tensors train and which terms count. Terms that are not
    // finite come back as they are: in a run of several processes each makes the step to its end.
    virtual StepReport accumulate(const SampleBatch& batch, std::int64_t step, int micro, int micros) = 0;

    // Clips, steps the optimiser at rate `lr` and clears the gradients. Gives "grad_norm" (before clipping) and what
    // the task logs beside it ("scale/logit", "scale/local": the factors e^scale; "grad_norm/image", "grad_norm/text":
    // of these encoders alone). NotFinite names the first tensor whose gradient is not finite; nothing has been changed
    // then.
    virtual std::map<std::string, double> apply(std::int64_t step, double lr) = 0;

    // Into an existing folder: a model folder that every command takes (model.json, weights, tokenizer files) and
    // optimizer.safetensors. With SharedFiles what never changes in the run becomes links to one copy of it. load()
    // takes either form into a task made with the same settings and goes on bit for bit. Error(Io), Error(Format) or
    // Error(Model) names the file and tensor.
    void save(const std::filesystem::path& folder) const { write(folder, nullptr); }
    void save(const std::filesystem::path& folder, const SharedFiles& shared) const { write(folder, &shared); }
    virtual void load(const std::filesystem::path& folder) = 0;

    // Of a task that several processes train together (process_group.h), each on its own samples; accumulate() and
    // apply() are then calls that all of them make. ProcessLost.
    virtual void share() {} // what the first process has (weights, moments) into every other
    // Takes back what accumulate() changed since the last apply(): of a step that is left out, or in whose middle a
    // process was lost.
    virtual void undo() {}

private:
    // save(); shared is null where nothing is.
    virtual void write(const std::filesystem::path& folder, const SharedFiles* shared) const = 0;
};

} // namespace mama

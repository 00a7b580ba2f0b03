#pragma once
#include "core/base/progress.h"
#include "core/training/data/batch_source.h"
#include "core/training/loop/process_group.h"
#include "core/training/loop/trainer.h"

namespace mama {

// What the processes of a run agree on before each step: what any of them wants most.
enum class Agreement : std::int64_t { Step, Wait, Enough, StopAsked, StopSignalled };
Agreement agree(ProcessGroup& group, Agreement own);

// Terms and total as means over the processes, which all have the same terms.
void average(ProcessGroup& group, StepReport& report);

// The part of every process but the first: the same steps as the first one's Trainer drives, on its own samples,
// without a run folder. Finished or Stopped, as the first; a stop by `job` stops all. ProcessLost, and the errors of
// the task.
RunStatus follow(const TrainerOptions& options, TrainingTask& task, const BatchSource& source, ProcessGroup& group,
                 const Job& job);

} // namespace mama

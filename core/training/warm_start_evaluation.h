#pragma once
#include "core/protocol/run_records.h"
#include "core/training/image_batches.h"
#include "core/training/warm_start_task.h"

namespace mama {

// What a warm start's own layer reaches on the validation patients: the bound that text queries are held against.
struct WarmStartEvaluation
{
    const WarmStartTask& task;
    const ImageBatches& batches;
    const TrainingIndex& index;
    const PreparedImages& images;
    std::size_t most = 400; // images, evenly taken
    int side = 518, patch = 14;

    // "mass_auc", "calcification_auc": images with against images without, by the highest patch; "mass_hit" and
    // "calcification_hit": share of the images with a lesion whose highest patch has its centre in one, with
    // "…_oracle", the share where some patch has. 95 % intervals by patient.
    EvalRecord operator()(std::int64_t step) const;
};

} // namespace mama

#pragma once
#include "core/protocol/run_records.h"
#include "core/training/classification_task.h"
#include "core/training/image_batches.h"

namespace mama {

struct ClassificationEvaluation
{
    const ClassificationTask& task;
    const ImageBatches& batches;
    const TrainingIndex& index;
    const PreparedImages& images;
    std::size_t most = 400; // images, evenly taken from the validation patients' images that have a class
    std::size_t classes = 2;
    int side = 518;         // of the model's input

    // Accuracy, balanced accuracy and macro AUC with 95 % intervals by patient; undefined figures are left out.
    EvalRecord operator()(std::int64_t step) const;
};

} // namespace mama

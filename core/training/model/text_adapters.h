#pragma once
#include "core/training/model/trainable_model.h"

namespace mama {

struct AdapterOptions
{
    int rank = 8;
    double alpha = 32;
    std::uint64_t seed = 42;
};

// Gives a tower ("image" or "text") without LoRA matrices those of its family's AdapterRules: A uniform within
// 1 / sqrt(inputs), B zero, so that nothing changes yet. Does nothing if it has some. Error(Unsupported) for a family
// that has no rules.
void addAdapters(TrainableModel& model, const std::string& tower, const AdapterOptions& options);

} // namespace mama

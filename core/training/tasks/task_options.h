#pragma once
#include "core/training/settings/placement.h"

#include <array>
#include <cstdint>
#include <filesystem>
#include <string>

namespace mama {

class ProcessGroup;

// What every training task takes.
struct TaskOptions
{
    std::filesystem::path start; // model folder
    std::uint64_t seed = 42;     // of what the task draws: start values, adapters, dropout
    int threads = 0;             // 0: as LibTorch chooses
    Placement placement;
    std::string name, trainedOn; // for model.json; empty: as the start's
    std::string terms;           // of the data, added to the start's licence; empty: nothing is
    std::array<float, 3> mean{0.5F, 0.5F, 0.5F}, deviation{0.5F, 0.5F, 0.5F}; // of the input's channels
    ProcessGroup* group = nullptr; // the processes that train together; null: this one alone
};

} // namespace mama

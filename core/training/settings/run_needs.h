#pragma once
#include "core/training/settings/memory_estimate.h"
#include "core/training/settings/settings.h"

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>

namespace mama {

// What a run will need of this machine, held against what is free, before it is started. Bytes.
struct RunNeeds
{
    std::optional<MemoryEstimate> memory; // empty: it could not be estimated
    UserText whyUnknown;                  // then the reason
    double freeMemory = 0;

    // Checkpoints that stay beside the last and the best: one every so many steps, and how many; 0: none.
    std::int64_t keptEvery = 0, kept = 0;
    std::optional<double> disk; // of all that stay, the last and the best included; empty: none stay, or no estimate
    double freeDisk = 0;

    bool memoryTight() const { return memory && memory->total() > freeMemory; }
    bool diskTight() const { return disk && *disk > freeDisk; }
};

// Reads the start's model.json. runFolder: where the checkpoints will be; it need not be there.
RunNeeds needsOf(const Settings& settings, const std::filesystem::path& runFolder);

// What the system would give a program now without swapping; all of the memory where it does not tell.
double freeMemory();

} // namespace mama

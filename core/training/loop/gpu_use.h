#pragma once
#include <optional>

namespace mama {

struct GpuUse
{
    // Of the time in which it computed, 0 to 1, as NVML tells it; empty if NVML is not there.
    std::optional<double> share;
    double memoryMb = 0; // the most that this process's tensors held since the last look
};

} // namespace mama

#pragma once
#include <memory>
#include <optional>

namespace mama {

struct GpuUse
{
    std::optional<double>
        share;           // of the time in which it computed, 0 to 1, as NVML tells it; empty if NVML is not there
    double memoryMb = 0; // the most that this process's tensors held since the last look
};

// Watches one GPU (its index as CUDA counts). Made on the first GPU task; never without one.
class GpuMonitor
{
public:
    explicit GpuMonitor(int index);
    ~GpuMonitor();
    GpuUse now();

private:
    struct Nvml;
    int m_index;
    std::unique_ptr<Nvml> m_nvml;
};

} // namespace mama

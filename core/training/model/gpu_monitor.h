#pragma once
#include "core/training/loop/gpu_use.h"

#include <memory>

namespace mama {

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

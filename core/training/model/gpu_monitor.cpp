#include "core/training/model/gpu_monitor.h"

#include "core/model/kernels/cuda_plugin.h"

#include <dlfcn.h>

namespace mama {

// The few functions of nvml.h that are needed, found by name: a build without NVIDIA's headers has them too.
struct GpuMonitor::Nvml
{
    struct Utilisation
    {
        unsigned gpu, memory; // per cent
    };
    int (*utilisation)(void* device, Utilisation*) = nullptr;
    void* device = nullptr;

    explicit Nvml(const std::string& busId)
    {
        void* library = ::dlopen("libnvidia-ml.so.1", RTLD_LAZY | RTLD_LOCAL);
        if (!library)
            return;
        const auto find = [&]<class F>(F& target, const char* symbol) {
            target = reinterpret_cast<F>(::dlsym(library, symbol));
        };
        int (*init)() = nullptr, (*byBusId)(const char*, void**) = nullptr;
        find(init, "nvmlInit_v2");
        find(byBusId, "nvmlDeviceGetHandleByPciBusId_v2");
        if (init && byBusId && init() == 0 && byBusId(busId.c_str(), &device) == 0)
            find(utilisation, "nvmlDeviceGetUtilizationRates");
    }
};

GpuMonitor::GpuMonitor(int index) : m_index(index), m_nvml(std::make_unique<Nvml>(cuda::busId(index))) {}

GpuMonitor::~GpuMonitor() = default;

GpuUse GpuMonitor::now()
{
    GpuUse use;
    use.memoryMb = static_cast<double>(cuda::memoryOf(m_index, true).peak) / 1e6;
    Nvml::Utilisation seen{};
    if (m_nvml->utilisation && m_nvml->utilisation(m_nvml->device, &seen) == 0)
        use.share = seen.gpu / 100.0;
    return use;
}

} // namespace mama

#include "core/model/cuda_plugin.h"

#include "core/base/error.h"
#include "core/model/cuda/plugin_interface.h"

#include <ATen/ATen.h>
#include <charconv>
#include <dlfcn.h>
#include <filesystem>

namespace mama::cuda {
namespace {

struct Plugin
{
    decltype(&mama_cuda_device_count) deviceCount = nullptr;
    decltype(&mama_cuda_device_name) deviceName = nullptr;
    decltype(&mama_cuda_cosine_maps) cosineMaps = nullptr;
    std::string missing; // why there is none; empty: there is one
};

std::filesystem::path programFolder()
{
    std::error_code ignored;
    return std::filesystem::read_symlink("/proc/self/exe", ignored).parent_path();
}

Plugin openPlugin()
{
    Plugin plugin;
    void* driver = ::dlopen("libcuda.so.1", RTLD_LAZY | RTLD_LOCAL);
    if (!driver) {
        plugin.missing = "no NVIDIA driver is installed";
        return plugin;
    }
    void* library = nullptr;
    for (const auto& folder : {programFolder(), programFolder().parent_path() / "lib"})
        if (!library && std::filesystem::exists(folder / "libmama_cuda.so"))
            library = ::dlopen((folder / "libmama_cuda.so").c_str(), RTLD_NOW | RTLD_GLOBAL);
    if (!library) {
        const char* why = ::dlerror();
        plugin.missing = std::string("the plug-in libmama_cuda.so is not there or cannot be opened (build with -DMAMA_CUDA=ON)") + (why ? std::string(": ") + why : "");
        return plugin;
    }
    const auto find = [&]<class F>(F& target, const char* symbol) { target = reinterpret_cast<F>(::dlsym(library, symbol)); };
    find(plugin.deviceCount, "mama_cuda_device_count");
    find(plugin.deviceName, "mama_cuda_device_name");
    find(plugin.cosineMaps, "mama_cuda_cosine_maps");
    if (!plugin.deviceCount || !plugin.deviceName || !plugin.cosineMaps)
        plugin.missing = "libmama_cuda.so is of another version";
    else if (plugin.deviceCount() < 1)
        plugin.missing = "the driver reports no GPU";
    return plugin;
}

const Plugin& plugin()
{
    static const Plugin opened = openPlugin();
    return opened;
}

} // namespace

int chooseDevice(const std::string& device)
{
    if (device == "cpu" || (device == "auto" && !plugin().missing.empty()))
        return -1;
    int index = 0;
    if (device.starts_with("cuda:")) {
        const auto [end, error] = std::from_chars(device.data() + 5, device.data() + device.size(), index);
        if (error != std::errc() || end != device.data() + device.size() || index < 0)
            throw Error(ErrorCode::Usage, "device", device, "expected cpu, auto, cuda or cuda:N");
    } else if (device != "cuda" && device != "auto") {
        throw Error(ErrorCode::Usage, "device", device, "expected cpu, auto, cuda or cuda:N");
    }
    if (!plugin().missing.empty())
        throw Error(ErrorCode::Unsupported, "device", device, plugin().missing + "; use --device cpu or auto");
    if (index >= plugin().deviceCount())
        throw Error(ErrorCode::Unsupported, "device", device, "there are " + std::to_string(plugin().deviceCount()) + " GPUs");
    return index;
}

std::string deviceName(int index)
{
    char text[256] = {};
    plugin().deviceName(index, text, sizeof text);
    return text;
}

Parameters moved(const Parameters& parameters, int index)
{
    Parameters made;
    for (const auto& [name, tensor] : parameters.all())
        made.set(name, tensor.to(at::Device(at::kCUDA, static_cast<at::DeviceIndex>(index))));
    return made;
}

} // namespace mama::cuda

namespace mama {

CosineMaps cosineMaps(const at::Tensor& patches, const at::Tensor& sentences)
{
    if (patches.dim() != 2 || sentences.dim() != 2 || patches.size(1) != sentences.size(1) || patches.size(0) < 1)
        throw Error(ErrorCode::Internal, "cosine maps", "", "patches [P, D] and sentences [S, D] do not fit");
    if (patches.is_cuda()) {
        CosineMaps made{at::empty({sentences.size(0), patches.size(0)}, patches.options()), at::empty({sentences.size(0)}, patches.options())};
        cuda::plugin().cosineMaps(patches.contiguous(), sentences.contiguous(), made.maps, made.best);
        return made;
    }
    const at::Tensor maps = at::matmul(sentences, patches.t());
    return {maps, maps.amax(1)};
}

} // namespace mama

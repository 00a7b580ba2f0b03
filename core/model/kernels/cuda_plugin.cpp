#include "core/model/kernels/cuda_plugin.h"

#include "core/base/error.h"
#include "core/base/error_actions.h"
#include "core/model/cuda/plugin_interface.h"

#include <ATen/ATen.h>
#include <charconv>
#include <dlfcn.h>
#include <filesystem>

namespace mama::cuda {
namespace {

constexpr auto noDevice = TextId("model.no_device", "expected cpu, auto, cuda or cuda:N");

struct Plugin
{
    decltype(&mama_cuda_device_count) deviceCount = nullptr;
    decltype(&mama_cuda_device_name) deviceName = nullptr;
    decltype(&mama_cuda_bus_id) busId = nullptr;
    decltype(&mama_cuda_memory) memory = nullptr;
    decltype(&mama_cuda_cosine_maps) cosineMaps = nullptr;
    decltype(&mama_cuda_local_scores) localScores = nullptr;
    decltype(&mama_cuda_local_scores_backward) localScoresBackward = nullptr;
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
        plugin.missing =
            std::string("the plug-in libmama_cuda.so is not there or cannot be opened (build with -DMAMA_CUDA=ON)") +
            (why ? std::string(": ") + why : "");
        return plugin;
    }
    const auto find = [&]<class F>(F& target, const char* symbol) {
        target = reinterpret_cast<F>(::dlsym(library, symbol));
    };
    find(plugin.deviceCount, "mama_cuda_device_count");
    find(plugin.deviceName, "mama_cuda_device_name");
    find(plugin.busId, "mama_cuda_bus_id");
    find(plugin.memory, "mama_cuda_memory");
    find(plugin.cosineMaps, "mama_cuda_cosine_maps");
    find(plugin.localScores, "mama_cuda_local_scores");
    find(plugin.localScoresBackward, "mama_cuda_local_scores_backward");
    if (!plugin.deviceCount || !plugin.deviceName || !plugin.busId || !plugin.memory || !plugin.cosineMaps ||
        !plugin.localScores || !plugin.localScoresBackward)
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
            throw Error(ErrorCode::Usage, {action::device}, device, {noDevice});
    } else if (device != "cuda" && device != "auto") {
        throw Error(ErrorCode::Usage, {action::device}, device, {noDevice});
    }
    if (!plugin().missing.empty())
        throw Error(ErrorCode::Unsupported, {action::device}, device,
                    {TextId("model.use_device_cpu_or_auto", "%1; choose cpu or auto as the device"), plugin().missing});
    if (index >= plugin().deviceCount())
        throw Error(ErrorCode::Unsupported, {action::device}, device,
                    {TextId("model.there_gpus", "there are %1 GPUs"), plugin().deviceCount()});
    at::globalContext().setAllowTF32CuDNN(false); // fp32 means fp32
    return index;
}

at::Device deviceOf(int index)
{
    return index < 0 ? at::Device(at::kCPU) : at::Device(at::kCUDA, static_cast<at::DeviceIndex>(index));
}

std::string deviceName(int index)
{
    char text[256] = {};
    plugin().deviceName(index, text, sizeof text);
    return text;
}

std::string busId(int index)
{
    char text[64] = {};
    plugin().busId(index, text, sizeof text);
    return text;
}

DeviceMemory memoryOf(int index, bool fromNow)
{
    DeviceMemory memory{};
    plugin().memory(index, fromNow, &memory);
    return memory;
}

LocalForward localScores(const at::Tensor& patches, const at::Tensor& sentences, const at::Tensor& offsets)
{
    const auto images = patches.size(0), captions = offsets.size(0) - 1;
    LocalForward made{at::empty({captions, images}, patches.options()),
                      at::empty({captions, images}, patches.options()),
                      at::empty({images, sentences.size(0)}, patches.options().dtype(at::kInt))};
    plugin().localScores(patches, sentences, offsets, made.winners, made.bestPatch, made.bestSentence);
    return made;
}

LocalBackward localScoresBackward(const at::Tensor& patches, const at::Tensor& sentences, const at::Tensor& offsets,
                                  const at::Tensor& winners, const at::Tensor& ofBestPatch,
                                  const at::Tensor& ofBestSentence)
{
    LocalBackward made{at::empty_like(patches), at::empty_like(sentences)};
    plugin().localScoresBackward(patches, sentences, offsets, winners, ofBestPatch.contiguous(),
                                 ofBestSentence.contiguous(), made.patches, made.sentences);
    return made;
}

} // namespace mama::cuda

namespace mama {

CosineMaps cosineMaps(const at::Tensor& patches, const at::Tensor& sentences)
{
    if (patches.dim() != 2 || sentences.dim() != 2 || patches.size(1) != sentences.size(1) || patches.size(0) < 1)
        throw Error(ErrorCode::Internal, {action::cosineMaps}, "",
                    {TextId("model.patches_p_d_sentences_s", "patches [P, D] and sentences [S, D] do not fit")});
    if (patches.is_cuda()) {
        CosineMaps made{at::empty({sentences.size(0), patches.size(0)}, patches.options()),
                        at::empty({sentences.size(0)}, patches.options())};
        cuda::plugin().cosineMaps(patches.contiguous(), sentences.contiguous(), made.maps, made.best);
        return made;
    }
    const at::Tensor maps = at::matmul(sentences, patches.t());
    return {maps, maps.amax(1)};
}

} // namespace mama

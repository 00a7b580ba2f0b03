#include "core/model/random_model.h"

#include "core/image/model_input.h"
#include "core/model/benchmark_model.h"
#include "core/model/torch_model.h"
#include "core/weights/import_weights.h"

#include <ATen/ATen.h>
#include <ATen/CPUGeneratorImpl.h>
#include <cmath>

namespace mama {

nlohmann::json benchmarkDescription()
{
    return {
        {"format", 1},
        {"name", "random ViT-B/14-reg4"},
        {"kind", "mama"},
        {"image",
         {{"family", "dinov2"},
          {"width", 768},
          {"depth", 12},
          {"heads", 12},
          {"patch", defaultPatch},
          {"registers", 4},
          {"mlp_hidden", 3072},
          {"ffn", "mlp"},
          {"layer_scale", true},
          {"native_grid", {37, 37}},
          {"interpolation", {{"antialias", true}, {"offset", 0.0}, {"mode", "bicubic"}}},
          {"norm_eps", 1e-6},
          {"pooling", "mean-prenorm"}}},
        {"text", nullptr},
        {"heads",
         {{"embedding", 512},
          {"local", true},
          {"local_hidden", 2048},
          {"simclr", false},
          {"classes", nullptr},
          {"batchnorm_eps", 1e-5}}},
        {"input", {{"profile", "mama"}, {"profile_version", 1}, {"size", defaultInputSize}, {"channels", 3}}},
        {"inference",
         {{"text_pooling", "zero-shot"}, {"zero_shot_softmax", "once"}, {"full_length_caption", "last-token"}}},
        {"compat", "default"},
        {"provenance", {{"trained_on", "nothing: random weights"}}},
    };
}

Parameters randomParameters(const nlohmann::json& description, std::uint64_t seed)
{
    const at::Generator generator = at::detail::createCPUGenerator(seed);
    Parameters made;
    for (const ExpectedTensor& tensor : expectedTensors(description)) {
        const std::string& name = tensor.name;
        const auto ends = [&](const char* with) { return name.ends_with(with); };
        if (tensor.integer) {
            made.set(name, at::zeros(tensor.shape, at::kLong));
        } else if (ends("running_var") || ends(".gamma") || (ends(".weight") && tensor.shape.size() == 1)) {
            made.set(name, at::rand(tensor.shape, generator) * 0.5 + 0.75);
        } else {
            double inputs = 1;
            for (std::size_t i = 1; i < tensor.shape.size(); ++i)
                inputs *= static_cast<double>(tensor.shape[i]);
            made.set(name, at::randn(tensor.shape, generator) * (ends(".weight") ? 1 / std::sqrt(inputs) : 0.02));
        }
    }
    return made;
}

std::shared_ptr<const Model> randomImageModel(const ComputeOptions& options, std::uint64_t seed)
{
    const nlohmann::json description = benchmarkDescription();
    return std::make_shared<TorchModel>(randomParameters(description, seed), description, nullptr, options);
}

} // namespace mama

#include "core/training/model/joined_start.h"

#include "core/training/data/counter_random.h"
#include "core/weights/families/canonical_names.h"
#include "core/weights/import_weights.h"

#include <cmath>
#include <torch/torch.h>

namespace mama {
namespace {

constexpr double logOfStartScale = 2.6592600369327779; // ln(1 / 0.07), mama.md 2

} // namespace

at::Tensor startValue(const ExpectedTensor& tensor, at::Generator& generator)
{
    const auto ends = [&](const std::string& with) { return tensor.name.ends_with(with); };
    if (tensor.integer)
        return torch::zeros(tensor.shape, torch::kLong);
    if (ends(names::logitScale) || ends(names::localScale))
        return torch::full(tensor.shape, logOfStartScale);
    if (ends("_token") || ends("_tokens") || ends("pos_embed"))
        return torch::randn(tensor.shape, generator) * 0.02;
    if (tensor.shape.size() < 2)
        return ends(".weight") || ends("running_var") || ends(".gamma") ? torch::ones(tensor.shape)
                                                                        : torch::zeros(tensor.shape);
    double inputs = 1;
    for (std::size_t i = 1; i < tensor.shape.size(); ++i)
        inputs *= static_cast<double>(tensor.shape[i]);
    const double gain = tensor.shape.size() == 4 && tensor.shape[2] > 1 ? 2 : 1; // ReLU behind the kernels of a stem
    return torch::randn(tensor.shape, generator) * std::sqrt(gain / inputs);
}

void completeStart(TrainableModel& model, const nlohmann::json& description, const std::filesystem::path& textTower,
                   std::uint64_t seed)
{
    const torch::NoGradGuard noGradients;
    if (!textTower.empty())
        model.takeText(textTower);
    const nlohmann::json named = model.description.value("name", nlohmann::json());
    const nlohmann::json provenance = model.description["provenance"];
    model.description = description;
    if (!named.is_null())
        model.description["name"] = named;
    model.description["provenance"] = provenance;
    torch::Generator generator = torch::make_generator<torch::CPUGeneratorImpl>(seed);
    Parameters kept;
    for (const ExpectedTensor& tensor : expectedTensors(description)) {
        const at::Tensor own = model.parameters.find(tensor.name);
        const bool needed =
            !tensor.optional || tensor.name.ends_with("num_batches_tracked") || tensor.name.ends_with("_scale");
        if (own.defined() && own.sizes() == tensor.shape)
            kept.set(tensor.name, own);
        else if (own.defined() && own.numel() == 1 && tensor.shape.empty()) // SigLIP's scale
            kept.set(tensor.name, own.reshape({}).clone());
        else if (needed)
            kept.set(tensor.name, startValue(tensor, generator));
    }
    model.parameters = kept;
}

} // namespace mama

#include "core/training/model/text_adapters.h"

#include "core/training/data/counter_random.h"
#include "core/weights/families/canonical_names.h"
#include "core/weights/families/families.h"

#include <cmath>
#include <torch/torch.h>

namespace mama {
namespace {

bool isTarget(const std::string& name, const std::vector<std::string>& targets)
{
    for (const std::string& target : targets)
        if (name.starts_with(names::textTower) && name.ends_with("." + target + ".weight"))
            return true;
    return false;
}

} // namespace

void addAdapters(TrainableModel& model, const AdapterOptions& options)
{
    for (const auto& [name, tensor] : model.parameters.all())
        if (name.find(".lora_A.") != std::string::npos)
            return;
    const auto [targets, inputFirst] = weights::textFamily(model.description.at("text")).adapters();
    CounterRandom random({options.seed, static_cast<std::uint64_t>(RandomPurpose::Model)});
    const auto before = model.parameters.all();
    for (const auto& [name, tensor] : before) {
        if (!isTarget(name, targets))
            continue;
        const std::int64_t inputs = tensor.size(inputFirst ? 0 : 1), outputs = tensor.size(inputFirst ? 1 : 0);
        torch::Tensor a = torch::empty({options.rank, inputs});
        const double bound = 1 / std::sqrt(static_cast<double>(inputs));
        for (std::int64_t i = 0; i < a.numel(); ++i)
            a.data_ptr<float>()[i] = static_cast<float>(random.uniform(-bound, bound));
        const std::string layer = name.substr(0, name.size() - std::string_view("weight").size());
        model.parameters.set(layer + "lora_A.weight", a);
        model.parameters.set(layer + "lora_B.weight", torch::zeros({outputs, options.rank}));
    }
    model.description["text"]["lora"] = {
        {"r", options.rank}, {"alpha", options.alpha}, {"rslora", false}, {"targets", targets}};
}

} // namespace mama

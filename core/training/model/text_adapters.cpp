#include "core/training/model/text_adapters.h"

#include "core/base/error.h"
#include "core/base/error_actions.h"
#include "core/training/data/counter_random.h"
#include "core/weights/families/canonical_names.h"
#include "core/weights/families/families.h"

#include <cmath>
#include <torch/torch.h>

namespace mama {
namespace {

bool isTarget(const std::string& name, const std::string& prefix, const std::vector<std::string>& targets)
{
    for (const std::string& target : targets)
        if (name.starts_with(prefix) && name.ends_with("." + target + ".weight"))
            return true;
    return false;
}

} // namespace

void addAdapters(TrainableModel& model, const std::string& tower, const AdapterOptions& options)
{
    const std::string& prefix = tower == "image" ? names::imageTower : names::textTower;
    for (const auto& [name, tensor] : model.parameters.all())
        if (name.starts_with(prefix) && name.find(".lora_A.") != std::string::npos)
            return;
    const nlohmann::json& section = model.description.at(tower);
    const auto [targets, inputFirst] =
        tower == "image" ? weights::imageFamily(section).adapters() : weights::textFamily(section).adapters();
    if (targets.empty())
        throw Error(ErrorCode::Unsupported, {action::train}, tower,
                    {TextId("train.no_adapters", "there are no LoRA adapters for a tower of the family %1"),
                     section.value("family", std::string())});
    CounterRandom random({options.seed, static_cast<std::uint64_t>(RandomPurpose::Model)});
    const auto before = model.parameters.all();
    for (const auto& [name, tensor] : before) {
        if (!isTarget(name, prefix, targets))
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
    model.description[tower]["lora"] = {
        {"r", options.rank}, {"alpha", options.alpha}, {"rslora", false}, {"targets", targets}};
}

} // namespace mama

#include "core/training/tasks/model_state.h"

#include "core/base/error.h"
#include "core/base/error_actions.h"
#include "core/training/data/counter_random.h"
#include "core/weights/card_words.h"

#include <cmath>
#include <torch/torch.h>

namespace mama {

using torch::Tensor;

ModelState::ModelState(const TaskOptions& options) : compute(options.placement), model(options.start)
{
    compute.setChannels(options.mean, options.deviation);
    if (options.threads > 0)
        torch::set_num_threads(options.threads);
    if (!options.name.empty())
        model.description["name"] = options.name;
    if (!options.trainedOn.empty())
        model.description["provenance"]["trained_on"] = options.trainedOn;
    if (options.terms.empty())
        return;
    auto& provenance = model.description["provenance"];
    const std::string before = provenance.value("licence", std::string());
    if (before.find(options.terms) == before.npos)
        provenance["licence"] = joinedSentences(before, options.terms);
}

void ModelState::train(const std::string& name, const Tensor& tensor)
{
    trained[name] = tensor.set_requires_grad(true);
}

void ModelState::forgetGradients()
{
    for (const auto& [name, tensor] : trained)
        tensor.mutable_grad() = Tensor();
}

void ModelState::needImageTower(const TaskOptions& options) const
{
    if (!model.description.contains("image") || !model.description["image"].is_object())
        throw Error(ErrorCode::Model, {action::train}, options.start.string(),
                    {TextId("train.no_image_tower", "the model has no image tower")});
}

Tensor startValues(const std::vector<std::int64_t>& shape, std::int64_t inputs, CounterRandom& random)
{
    Tensor values = torch::empty(shape);
    const double bound = 1 / std::sqrt(static_cast<double>(inputs));
    float* data = values.data_ptr<float>();
    for (std::int64_t i = 0; i < values.numel(); ++i)
        data[i] = static_cast<float>(random.uniform(-bound, bound));
    return values;
}

std::vector<float> valuesOf(const Tensor& tensor)
{
    const Tensor plain = tensor.to(torch::kCPU, torch::kFloat).contiguous();
    return {plain.const_data_ptr<float>(), plain.const_data_ptr<float>() + plain.numel()};
}

} // namespace mama

#include "core/training/tasks/warm_start_task.h"

#include "core/base/error.h"
#include "core/base/error_actions.h"
#include "core/training/check/data_check.h"
#include "core/training/data/counter_random.h"
#include "core/training/data/sample_batch.h"
#include "core/training/losses/dense_losses.h"
#include "core/training/model/adam_w.h"
#include "core/training/settings/trained_tensors.h"
#include "core/training/tasks/model_state.h"

#include <torch/torch.h>

namespace mama {
namespace {

using torch::Tensor;

constexpr std::int64_t kinds = 2;  // mass, calcification
constexpr double rareAtStart = -3; // of the layer's bias: a twentieth of the patches show something

// [N, patches, kinds]: how much of each patch shows a lesion of that kind. Of the batch's memory.
Tensor lesionShares(const SampleBatch& batch)
{
    if (batch.lesionGrid.empty() || batch.lesionChannels < kinds)
        throw Error(ErrorCode::Data, {action::train}, "data.root", {warmStartWithoutMasks});
    const std::int64_t patches = std::int64_t{batch.lesionRows} * batch.lesionColumns;
    return torch::from_blob(const_cast<float*>(batch.lesionGrid.data()), {batch.size, batch.lesionChannels, patches},
                            torch::kFloat)
        .narrow(1, 0, kinds)
        .transpose(1, 2);
}

} // namespace

struct WarmStartTask::State final : ModelState
{
    NamedTensors head; // "weight", "bias"
    std::optional<AdamW> optimizer;

    explicit State(const Options& options) : ModelState(options)
    {
        needImageTower(options);
        model.place(compute.device(), compute.type());
        network.emplace(model.parameters, model.description);
        const auto width = model.description["image"].at("width").get<std::int64_t>();
        CounterRandom random({options.seed, static_cast<std::uint64_t>(RandomPurpose::Model)});
        head = {{"weight", startValues({kinds, width}, width, random).to(compute.device(), compute.type())},
                {"bias", torch::full({kinds}, rareAtStart).to(compute.device(), compute.type())}};
        shared.emplace(options.group, options.sharedNorm, model.parameters.all());
        for (const auto& [name, tensor] : model.parameters.all())
            if (warmStartTrains(name) && tensor.is_floating_point())
                train(name, tensor);
        for (const auto& [name, tensor] : head)
            train("head." + name, tensor);
        optimizer.emplace(trained, AdamW::Options::from(options.optimizer));
    }

    std::map<std::string, NamedTensors> files() const override
    {
        return {{"head.safetensors", head}, {"optimizer.safetensors", optimizer->state()}};
    }

    // [N, patches, kinds]
    Tensor logits(const Tensor& images, const ForwardMode& mode) const
    {
        const Compute::Products products(compute);
        const Tensor tokens = network->image->tokens(images, mode);
        return torch::nn::functional::linear(network->image->patches(network->image->norm(tokens)), head.at("weight"),
                                             head.at("bias"));
    }
};

WarmStartTask::WarmStartTask(const Options& options) : m_options(options), m_state(std::make_unique<State>(options)) {}

WarmStartTask::~WarmStartTask() = default;

ModelState& WarmStartTask::state() const { return *m_state; }

StepReport WarmStartTask::accumulate(const SampleBatch& batch, std::int64_t, int, int micros)
{
    const Tensor shares = lesionShares(batch);
    m_state->shared->begin();
    const Compute& compute = m_state->compute;
    const ForwardMode training{true, 0, 0, m_state->shared->batchNorm()};
    const Tensor logits =
        m_state->logits(compute.images(batch.first, batch.size, batch.height, batch.width), training).to(torch::kFloat);
    if (logits.size(1) != shares.size(1))
        throw Error(ErrorCode::Internal, {action::train}, "lesion grid",
                    {TextId("train.other_grid", "has another size than the model's")});
    const Tensor targets = mapTarget(compute.put(shares));
    StepReport report;
    Tensor total = compute.put(torch::zeros({}));
    for (std::int64_t kind = 0; kind < kinds; ++kind) {
        const Tensor loss = yesNoLoss(logits.select(2, kind), targets.select(2, kind), m_options.positiveWeight);
        report.terms[kind == 0 ? "mass" : "calcification"] = loss.item<double>();
        total = total + loss;
    }
    report.terms["total"] = total.item<double>();
    (total / micros).backward();
    return report;
}

std::map<std::string, double> WarmStartTask::apply(std::int64_t, double lr)
{
    m_state->shared->average(m_state->trained);
    const GradientNorms norms = m_state->optimizer->step(lr);
    m_state->shared->end();
    return norms.named();
}

std::vector<float> WarmStartTask::maps(const std::vector<float>& images, std::int64_t n, int height, int width) const
{
    const torch::NoGradGuard noGradients;
    return valuesOf(m_state->logits(m_state->compute.images(images, n, height, width), {}).transpose(1, 2));
}

} // namespace mama

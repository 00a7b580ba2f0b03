#include "core/training/tasks/warm_start_task.h"

#include "core/base/error.h"
#include "core/training/data/counter_random.h"
#include "core/training/data/sample_batch.h"
#include "core/training/losses/dense_losses.h"
#include "core/training/model/adam_w.h"
#include "core/training/model/compute.h"
#include "core/training/model/trainable_model.h"
#include "core/training/processes/shared_training.h"
#include "core/training/settings/trained_tensors.h"

#include <cmath>
#include <optional>
#include <torch/torch.h>

namespace mama {
namespace {

using torch::Tensor;

constexpr std::int64_t kinds = 2;  // mass, calcification
constexpr double rareAtStart = -3; // of the layer's bias: a twentieth of the patches show something

Tensor startWeights(std::int64_t width, std::uint64_t seed)
{
    Tensor values = torch::empty({kinds, width});
    const double bound = 1 / std::sqrt(static_cast<double>(width));
    CounterRandom random({seed, static_cast<std::uint64_t>(RandomPurpose::Model)});
    for (std::int64_t i = 0; i < values.numel(); ++i)
        values.data_ptr<float>()[i] = static_cast<float>(random.uniform(-bound, bound));
    return values;
}

TrainableModel startOf(const WarmStartTask::Options& options, const Compute& compute)
{
    TrainableModel model(options.start);
    if (!model.description.contains("image") || !model.description["image"].is_object())
        throw Error(ErrorCode::Model, "train", options.start.string(), "the model has no image tower");
    if (!options.name.empty())
        model.description["name"] = options.name;
    if (!options.trainedOn.empty())
        model.description["provenance"]["trained_on"] = options.trainedOn;
    model.place(compute.device(), compute.type());
    return model;
}

} // namespace

struct WarmStartTask::Parts
{
    Compute compute;
    TrainableModel model;
    Network network;
    NamedTensors head; // "weight", "bias"
    NamedTensors trained;
    std::optional<AdamW> optimizer;
    SharedTraining shared;

    Parts(const Options& options)
        : compute(options.placement), model(startOf(options, compute)), network(model.parameters, model.description),
          head{{"weight", startWeights(model.description["image"].at("width").get<std::int64_t>(), options.seed)
                              .to(compute.device(), compute.type())},
               {"bias", torch::full({kinds}, rareAtStart).to(compute.device(), compute.type())}},
          shared(options.group, options.sharedNorm, model.parameters.all())
    {
        for (const auto& [name, tensor] : model.parameters.all())
            if (warmStartTrains(name) && tensor.is_floating_point())
                trained[name] = tensor.set_requires_grad(true);
        for (const auto& [name, tensor] : head)
            trained["head." + name] = tensor.set_requires_grad(true);
        optimizer.emplace(
            trained,
            AdamW::Options{
                options.beta1, options.beta2, 1e-8, options.weightDecay, options.clip, {}, options.decayMatricesOnly});
    }
    // [N, patches, kinds]
    Tensor logits(const Tensor& images, const ForwardMode& mode) const
    {
        const Compute::Products products(compute);
        const Tensor tokens = network.image->tokens(images, mode);
        return torch::nn::functional::linear(network.image->patches(network.image->norm(tokens)), head.at("weight"),
                                             head.at("bias"));
    }
};

WarmStartTask::WarmStartTask(const Options& options) : m_options(options), m_parts(std::make_unique<Parts>(options))
{
    if (options.threads > 0)
        torch::set_num_threads(options.threads);
}

WarmStartTask::~WarmStartTask() = default;

StepReport WarmStartTask::accumulate(const SampleBatch& batch, std::int64_t, int, int micros)
{
    if (batch.lesionGrid.empty() || batch.lesionChannels < kinds)
        throw Error(ErrorCode::Data, "train", "data.root",
                    "a warm start needs masks of lesions, which this data set does not have");
    const std::int64_t patches = std::int64_t{batch.lesionRows} * batch.lesionColumns;
    const Tensor share = torch::from_blob(const_cast<float*>(batch.lesionGrid.data()),
                                          {batch.size, batch.lesionChannels, patches}, torch::kFloat)
                             .narrow(1, 0, kinds)
                             .transpose(1, 2);
    m_parts->shared.begin();
    const Compute& compute = m_parts->compute;
    const Tensor logits = m_parts
                              ->logits(compute.images(batch.first, batch.size, batch.height, batch.width),
                                       {true, 0, 0, m_parts->shared.batchNorm()})
                              .to(torch::kFloat);
    if (logits.size(1) != patches)
        throw Error(ErrorCode::Internal, "train", "lesion grid", "has another size than the model's");
    const Tensor targets = mapTarget(compute.put(share));
    StepReport report;
    Tensor total = compute.put(torch::zeros({}));
    for (std::int64_t kind = 0; kind < kinds; ++kind) {
        const Tensor loss = yesNoLoss(logits.select(2, kind), targets.select(2, kind), m_options.positiveWeight);
        report.terms[kind == 0 ? "mass" : "calcification"] = loss.item<double>();
        total = total + loss;
    }
    report.terms["total"] = total.item<double>();
    report.checkFinite();
    (total / micros).backward();
    return report;
}

std::map<std::string, double> WarmStartTask::apply(std::int64_t, double lr)
{
    m_parts->shared.average(m_parts->trained);
    const double norm = m_parts->optimizer->step(lr);
    m_parts->shared.end();
    return {{"grad_norm", norm}};
}

void WarmStartTask::write(const std::filesystem::path& folder, const SharedFiles* shared) const
{
    m_parts->model.save(folder, shared, m_parts->trained);
    writeTensors(folder / "head.safetensors", m_parts->head);
    writeTensors(folder / "optimizer.safetensors", m_parts->optimizer->state());
}

void WarmStartTask::load(const std::filesystem::path& folder)
{
    m_parts->model.load(folder);
    readTensorsInto(folder / "head.safetensors", m_parts->head);
    readTensorsInto(folder / "optimizer.safetensors", m_parts->optimizer->state());
    m_parts->optimizer->clear();
}

void WarmStartTask::share()
{
    m_parts->shared.copyFromFirst(m_parts->model.parameters.all());
    m_parts->shared.copyFromFirst(m_parts->head);
    m_parts->shared.copyFromFirst(m_parts->optimizer->state());
}

void WarmStartTask::undo()
{
    m_parts->shared.undo();
    m_parts->optimizer->clear();
}

std::vector<float> WarmStartTask::maps(const std::vector<float>& images, std::int64_t n, int height, int width) const
{
    const torch::NoGradGuard noGradients;
    const Tensor made = m_parts->logits(m_parts->compute.images(images, n, height, width), {})
                            .transpose(1, 2)
                            .to(torch::kCPU, torch::kFloat)
                            .contiguous();
    return {made.const_data_ptr<float>(), made.const_data_ptr<float>() + made.numel()};
}

} // namespace mama

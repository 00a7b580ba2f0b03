#include "core/training/tasks/classification_task.h"

#include "core/base/error.h"
#include "core/base/error_actions.h"
#include "core/training/data/counter_random.h"
#include "core/training/data/sample_batch.h"
#include "core/training/model/gradient_norm.h"
#include "core/training/model/text_adapters.h"
#include "core/training/tasks/model_state.h"
#include "core/weights/families/canonical_names.h"
#include "core/weights/model_kind.h"

#include <torch/torch.h>

namespace mama {

using torch::Tensor;

struct ClassificationTask::State final : ModelState
{
    NamedTensors momentum; // under "momentum.NAME"

    explicit State(const Options& options) : ModelState(options)
    {
        makeClassifier(options);
        if (options.imageTraining == ImageTraining::Lora)
            addAdapters(model, "image", {options.loraRank, options.loraAlpha, options.seed});
        model.place(compute.device(), compute.type());
        network.emplace(model.parameters, model.description);
        shared.emplace(options.group, false, model.parameters.all());
        for (const auto& [name, tensor] : model.parameters.all())
            if (classifierTrains(name,
                                 {TextTraining::Fixed, options.imageTraining, lastNormTrains(model.description)})) {
                train(name, tensor);
                momentum["momentum." + name] = torch::zeros_like(tensor, torch::TensorOptions().requires_grad(false));
            }
    }

    // The start without what a classifier does not have, and with a new last layer.
    void makeClassifier(const Options& options)
    {
        needImageTower(options);
        model.dropText();
        if (modelKind(model.description) == ModelKind::Clip || !model.description["heads"].is_object())
            keepTowerAlone();
        const auto width = model.description["image"].at("width").get<std::int64_t>();
        const auto classes = static_cast<std::int64_t>(options.classes.size());
        CounterRandom random({options.seed, static_cast<std::uint64_t>(RandomPurpose::Model)});
        model.parameters.set(names::imageGlobal + ".weight", startValues({classes, width}, width, random));
        model.parameters.set(names::imageGlobal + ".bias", startValues({classes}, width, random));
        model.description["kind"] = name(ModelKind::LinearProbe);
        model.description["heads"]["classes"] = options.classes;
    }

    // Of another group's model, or a tower that comes by itself.
    void keepTowerAlone()
    {
        Parameters tower;
        for (const auto& [name, tensor] : model.parameters.all())
            if (name.starts_with(names::imageTower))
                tower.set(name, tensor);
        model.parameters = tower;
        model.description["heads"] = {{"embedding", model.description["image"].at("width")},
                                      {"local", false},
                                      {"local_hidden", 0},
                                      {"simclr", false},
                                      {"batchnorm_eps", 1e-5}};
        for (const char* section : {"maps", "zero_shot", "published", "examples"})
            model.description.erase(section);
    }

    std::map<std::string, NamedTensors> files() const override { return {{"optimizer.safetensors", momentum}}; }

    // [N, classes], float32 unless everything is bfloat16
    Tensor logits(const Tensor& images, bool wholeTower) const
    {
        const Compute::Products products(compute);
        Tensor pooled;
        {
            const torch::AutoGradMode gradients(wholeTower && torch::GradMode::is_enabled());
            pooled = network->pooled(network->image->tokens(images));
        }
        return compute.forLoss(network->imageGlobal(pooled));
    }
};

ClassificationTask::ClassificationTask(const Options& options)
    : m_options(options), m_state(std::make_unique<State>(options))
{}

ClassificationTask::~ClassificationTask() = default;

ModelState& ClassificationTask::state() const { return *m_state; }

StepReport ClassificationTask::accumulate(const SampleBatch& batch, std::int64_t, int, int micros)
{
    for (std::size_t i = 0; i < batch.labels.size(); ++i)
        if (batch.labels[i] < 0 || batch.labels[i] >= static_cast<int>(m_options.classes.size()))
            throw Error(ErrorCode::Data, {action::train}, batch.imageIds.at(i),
                        {TextId("train.image_without_class", "has none of the classes")});
    const Compute& compute = m_state->compute;
    const std::vector<std::int64_t> labels(batch.labels.begin(), batch.labels.end());
    const Tensor logits = m_state->logits(compute.images(batch.first, batch.size, batch.height, batch.width),
                                          m_options.imageTraining != ImageTraining::Frozen);
    const Tensor loss = torch::cross_entropy_loss(logits, compute.put(torch::tensor(labels, torch::kLong)));
    const double value = loss.item<double>();
    StepReport report{{{"cross_entropy", value}, {"total", value}}};
    (loss / micros).backward();
    return report;
}

std::map<std::string, double> ClassificationTask::apply(std::int64_t, double lr)
{
    const torch::NoGradGuard noGradients;
    const OptimizerSettings& own = m_options.optimizer;
    m_state->shared->average(m_state->trained);
    const GradientNorms norms = gradientNorms(m_state->trained);
    const double factor = own.clip > 0 && norms.all > own.clip ? own.clip / norms.all : 1;
    for (const auto& [name, tensor] : m_state->trained) { // torch.optim.SGD, without dampening
        const Tensor gradient = tensor.grad() * factor + tensor * own.weightDecay;
        const Tensor& momentum = m_state->momentum.at("momentum." + name);
        momentum.mul_(own.beta1).add_(gradient);
        tensor.detach().sub_(momentum * lr);
        tensor.mutable_grad() = Tensor();
    }
    return norms.named();
}

std::vector<float> ClassificationTask::scores(const std::vector<float>& images, std::int64_t n, int height,
                                              int width) const
{
    const torch::NoGradGuard noGradients;
    const Tensor logits = m_state->logits(m_state->compute.images(images, n, height, width), false);
    return valuesOf(torch::softmax(logits.to(torch::kCPU, torch::kFloat), 1));
}

} // namespace mama

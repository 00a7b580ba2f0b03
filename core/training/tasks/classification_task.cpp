#include "core/training/tasks/classification_task.h"

#include "core/base/error.h"
#include "core/training/data/counter_random.h"
#include "core/training/data/sample_batch.h"
#include "core/training/model/compute.h"
#include "core/training/model/gradient_norm.h"
#include "core/training/model/trainable_model.h"
#include "core/training/processes/shared_training.h"
#include "core/training/settings/trained_tensors.h"

#include <cmath>
#include <torch/torch.h>

namespace mama {
namespace {

using torch::Tensor;

// The start values of torch.nn.Linear: uniform within 1 / sqrt(inputs).
Tensor startValues(std::vector<std::int64_t> shape, std::int64_t inputs, CounterRandom& random)
{
    Tensor values = torch::empty(shape);
    const double bound = 1 / std::sqrt(static_cast<double>(inputs));
    float* data = values.data_ptr<float>();
    for (std::int64_t i = 0; i < values.numel(); ++i)
        data[i] = static_cast<float>(random.uniform(-bound, bound));
    return values;
}

// The start without what a classifier does not have, and with a new last layer.
TrainableModel classifierOf(const ClassificationTask::Options& options, const Compute& compute)
{
    TrainableModel model(options.start);
    if (!model.description.contains("image") || !model.description["image"].is_object())
        throw Error(ErrorCode::Model, "train", options.start.string(), "the model has no image tower");
    model.dropText();
    const auto width = model.description["image"].at("width").get<std::int64_t>();
    const auto classes = static_cast<std::int64_t>(options.classes.size());
    CounterRandom random({options.seed, static_cast<std::uint64_t>(RandomPurpose::Model)});
    model.parameters.set(classifierWeight, startValues({classes, width}, width, random));
    model.parameters.set(classifierBias, startValues({classes}, width, random));
    model.description["kind"] = "linear-probe";
    model.description["heads"]["classes"] = options.classes;
    if (!options.name.empty())
        model.description["name"] = options.name;
    if (!options.trainedOn.empty())
        model.description["provenance"]["trained_on"] = options.trainedOn;
    model.place(compute.device(), compute.type());
    return model;
}

} // namespace

struct ClassificationTask::Parts
{
    Compute compute;
    TrainableModel model;
    Network network;
    NamedTensors trained, momentum; // momentum under "momentum.NAME"
    SharedTraining shared;

    Parts(const Options& options)
        : compute(options.placement), model(classifierOf(options, compute)),
          network(model.parameters, model.description), shared(options.group, false, model.parameters.all())
    {
        for (const auto& [name, tensor] : model.parameters.all())
            if (classifierTrains(name, options.wholeTower)) {
                trained[name] = tensor.set_requires_grad(true);
                momentum["momentum." + name] = torch::zeros_like(tensor, torch::TensorOptions().requires_grad(false));
            }
    }
    // [N, classes], float32 unless everything is bfloat16
    Tensor logits(const Tensor& images, bool wholeTower) const
    {
        const Compute::Products products(compute);
        Tensor pooled;
        {
            const torch::AutoGradMode gradients(wholeTower && torch::GradMode::is_enabled());
            pooled = network.pooled(network.image->tokens(images));
        }
        return compute.forLoss(network.imageGlobal(pooled));
    }
};

ClassificationTask::ClassificationTask(const Options& options)
    : m_options(options), m_parts(std::make_unique<Parts>(options))
{
    if (options.threads > 0)
        torch::set_num_threads(options.threads);
}

ClassificationTask::~ClassificationTask() = default;

StepReport ClassificationTask::accumulate(const SampleBatch& batch, std::int64_t, int, int micros)
{
    for (std::size_t i = 0; i < batch.labels.size(); ++i)
        if (batch.labels[i] < 0 || batch.labels[i] >= static_cast<int>(m_options.classes.size()))
            throw Error(ErrorCode::Data, "train", batch.imageIds.at(i), "has none of the classes");
    const std::vector<std::int64_t> labels(batch.labels.begin(), batch.labels.end());
    const Tensor logits = m_parts->logits(m_parts->compute.images(batch.first, batch.size, batch.height, batch.width),
                                          m_options.wholeTower);
    const Tensor loss = torch::cross_entropy_loss(logits, m_parts->compute.put(torch::tensor(labels, torch::kLong)));
    const double value = loss.item<double>();
    StepReport report{{{"cross_entropy", value}, {"total", value}}};
    report.checkFinite();
    (loss / micros).backward();
    return report;
}

std::map<std::string, double> ClassificationTask::apply(std::int64_t, double lr)
{
    const torch::NoGradGuard noGradients;
    m_parts->shared.average(m_parts->trained);
    const double norm = gradientNorm(m_parts->trained);
    const double factor = m_options.clip > 0 && norm > m_options.clip ? m_options.clip / norm : 1;
    for (const auto& [name, tensor] : m_parts->trained) { // torch.optim.SGD, without dampening
        const Tensor gradient = tensor.grad() * factor + tensor * m_options.weightDecay;
        m_parts->momentum.at("momentum." + name).mul_(m_options.momentum).add_(gradient);
        tensor.detach().sub_(m_parts->momentum.at("momentum." + name) * lr);
        tensor.mutable_grad() = Tensor();
    }
    return {{"grad_norm", norm}};
}

void ClassificationTask::write(const std::filesystem::path& folder, const SharedFiles* shared) const
{
    m_parts->model.save(folder, shared, m_parts->trained);
    writeTensors(folder / "optimizer.safetensors", m_parts->momentum);
}

void ClassificationTask::load(const std::filesystem::path& folder)
{
    m_parts->model.load(folder);
    readTensorsInto(folder / "optimizer.safetensors", m_parts->momentum);
}

void ClassificationTask::share()
{
    m_parts->shared.copyFromFirst(m_parts->model.parameters.all());
    m_parts->shared.copyFromFirst(m_parts->momentum);
}

std::vector<float> ClassificationTask::scores(const std::vector<float>& images, std::int64_t n, int height,
                                              int width) const
{
    const torch::NoGradGuard noGradients;
    const Tensor scores =
        torch::softmax(
            m_parts->logits(m_parts->compute.images(images, n, height, width), false).to(torch::kCPU, torch::kFloat), 1)
            .contiguous();
    return {scores.const_data_ptr<float>(), scores.const_data_ptr<float>() + scores.numel()};
}

} // namespace mama

#include "core/training/tasks/pretraining_task.h"

#include "core/base/error.h"
#include "core/training/data/counter_random.h"
#include "core/training/data/sample_batch.h"
#include "core/training/losses/extra_term.h"
#include "core/training/losses/losses.h"
#include "core/training/model/adam_w.h"
#include "core/training/model/compute.h"
#include "core/training/model/fixed_text.h"
#include "core/training/model/text_adapters.h"
#include "core/training/processes/shared_training.h"

#include <chrono>
#include <cmath>
#include <optional>
#include <torch/torch.h>
#include <utility>

namespace mama {
namespace {

using torch::Tensor;

bool textTrains(const PretrainingTask::Options& options)
{
    return options.textTraining == TextTraining::Lora || options.textTraining == TextTraining::Full;
}

void need(const Parameters& parameters, const std::filesystem::path& start)
{
    for (const char* name : {"img_encoder_q.global_embed.weight", "img_encoder_q.local_embed.head.0.weight",
                             "text_encoder_q.global_embed.weight", "text_encoder_q.local_embed.head.0.weight",
                             "simclr_proj.layers.0.weight", "logit_scale", "local_scale"})
        if (!parameters.has(name))
            throw Error(ErrorCode::Model, "train", start.string(),
                        std::string("pre-training needs the tensor ") + name);
}

TextBatch wholeText(const SampleBatch& batch)
{
    TextBatch text;
    text.ids = torch::from_blob(const_cast<std::int64_t*>(batch.ids.data()), {batch.size, batch.tokens}, torch::kLong);
    text.mask = torch::from_blob(const_cast<std::uint8_t*>(batch.mask.data()), {batch.size, batch.tokens}, torch::kByte)
                    .to(torch::kBool);
    return text;
}

SampleBatch oneText(const Tokens& text)
{
    SampleBatch one;
    one.size = 1;
    one.tokens = static_cast<int>(text.ids.size());
    one.ids.assign(text.ids.begin(), text.ids.end());
    one.mask.assign(text.mask.begin(), text.mask.end());
    return one;
}

class StopWatch
{
public:
    // Seconds since the lap before; on a GPU what was queued, not what was done.
    double lap()
    {
        const auto now = Clock::now();
        return std::chrono::duration<double>(now - std::exchange(m_last, now)).count();
    }

private:
    using Clock = std::chrono::steady_clock;
    Clock::time_point m_last = Clock::now();
};

std::vector<float> valuesOf(const Tensor& tensor)
{
    const Tensor plain = tensor.to(torch::kCPU, torch::kFloat).contiguous();
    return {plain.const_data_ptr<float>(), plain.const_data_ptr<float>() + plain.numel()};
}

} // namespace

struct PretrainingTask::Parts
{
    Compute compute;
    TrainableModel model;
    NamedTensors trained;
    std::optional<Network> network;
    std::optional<AdamW> optimizer;
    std::vector<std::shared_ptr<ExtraTerm>> extra;
    std::optional<FixedText> fixedText; // where nothing trains and padding does not count
    bool bert = false, masked = false;
    std::optional<SharedTraining> shared;
    c10::intrusive_ptr<PackedWeights> packed = c10::make_intrusive<PackedWeights>();

    explicit Parts(const Options& options) : compute(options.placement), model(options.start)
    {
        need(model.parameters, options.start);
        bert = model.description.at("text").value("family", std::string()) == "bert";
        masked = model.description["text"].value("pooling", std::string()) == "mean-masked";
        if (options.textTraining == TextTraining::Lora)
            addAdapters(model, {options.loraRank, options.loraAlpha, options.seed});
        model.place(compute.device(), compute.type());
        for (const auto& [name, tensor] : model.parameters.all())
            if (pretrainingTrains(name, options.textTraining))
                trained[name] = tensor.set_requires_grad(true);
        AdamW::Options adam{
            options.beta1, options.beta2, 1e-8, options.weightDecay, options.clip, {}, options.decayMatricesOnly};
        if (options.towerFactor != 1 || options.textFactor != 1)
            adam.factor = [tower = options.towerFactor, text = options.textFactor](const std::string& name) {
                return name.starts_with("img_encoder_q.model.")    ? tower
                       : name.starts_with("text_encoder_q.model.") ? text
                                                                   : 1.0;
            };
        optimizer.emplace(trained, std::move(adam));
        shared.emplace(options.group, options.sharedNorm, model.parameters.all());
        rebuild();
        if (masked && options.textTraining == TextTraining::Fixed && compute.type() == torch::kFloat)
            fixedText.emplace(model.parameters, model.description["text"]);
    }

    // Heads keep views of their weights; made anew after every change in place, none of them is stale.
    void rebuild()
    {
        network.emplace(model.parameters, model.description);
        packed->forgetTrained();
    }

    Tensor images(const std::vector<float>& values, const SampleBatch& batch) const
    {
        return compute.images(values, batch.size, batch.height, batch.width);
    }

    void addImages(const SampleBatch& batch, bool local, bool both, LossInput& input) const
    {
        const Compute::Products products(compute);
        const ForwardMode training{true, 0, 0, shared->batchNorm(), packed};
        // Images that do not see each other go through the tower together, in larger products.
        const bool together = both && !network->image->mixesImages();
        const Tensor first = images(batch.first, batch), other = both ? images(batch.second, batch) : Tensor();
        const Tensor all = network->image->tokens(together ? torch::cat({first, other}) : first, training),
                     tokens = all.narrow(0, 0, batch.size);
        const Tensor pooled = network->pooled(tokens);
        input.v = network->imageGlobal(pooled);
        if (both) {
            const Tensor second = network->pooled(together ? all.narrow(0, batch.size, batch.size)
                                                           : network->image->tokens(other, training));
            input.v2 = network->imageGlobal(second);
            input.simclr2 =
                (*network->simclr)(second, training); // the reference's order: it shows in running statistics
            input.simclr1 = (*network->simclr)(pooled, training);
        }
        if (local)
            input.patches = network->imageLocal(tokens, training);
    }

    // Training pooling (mama.md 3): all positions, padding included; BERT without the first. A model that says so takes
    // the real tokens alone.
    Tensor pooledText(const Tensor& hidden, const Tensor& mask) const
    {
        if (masked) {
            const Tensor real = mask.to(hidden.scalar_type()).unsqueeze(2);
            return (hidden * real).sum(1) / real.sum(1);
        }
        return bert ? hidden.narrow(1, 1, hidden.size(1) - 1).mean(1) : hidden.mean(1);
    }

    // Where padding is not pooled, it need not be computed.
    TextBatch textOf(const SampleBatch& batch) const
    {
        const TextBatch text = wholeText(batch);
        const auto longest = masked ? text.mask.sum(1).max().item<std::int64_t>() : batch.tokens;
        return {compute.put(text.ids.narrow(1, 0, longest)), compute.put(text.mask.narrow(1, 0, longest)), {}, masked};
    }

    void addFixedText(const SampleBatch& batch, bool local, LossInput& input)
    {
        const Compute::Products products(compute);
        auto states = (*fixedText)(batch);
        input.t = network->textGlobal(states.pooled);
        if (!local)
            return;
        input.sentences = network->sentences(states.sentences);
        input.sentenceCounts = std::move(states.counts);
    }

    void addText(const SampleBatch& batch, bool local, const Options& options, LossInput& input)
    {
        if (fixedText)
            return addFixedText(batch, local, input);
        const bool fixed = options.textTraining == TextTraining::Fixed;
        const ForwardMode training{!fixed, options.dropout,
                                   options.textTraining == TextTraining::Lora ? options.loraDropout : 0,
                                   options.captionNorm ? nullptr : shared->batchNorm(), packed};
        const TextBatch text = textOf(batch);
        const Compute::Products products(compute);
        Tensor hidden;
        {
            const torch::AutoGradMode gradients(textTrains(options));
            hidden = network->text->hidden(text, training);
        }
        input.t = network->textGlobal(pooledText(hidden, text.mask));
        if (!local)
            return;
        // One choice of rows: a choice a caption would give each a gradient as large as all states.
        std::vector<std::int64_t> places;
        for (std::size_t caption = 0; caption < batch.separators.size(); ++caption) {
            for (const std::int64_t separator : batch.separators[caption])
                places.push_back(static_cast<std::int64_t>(caption) * hidden.size(1) + separator);
            input.sentenceCounts.push_back(static_cast<std::int64_t>(batch.separators[caption].size()));
        }
        const Tensor ends =
            hidden.reshape({-1, hidden.size(2)}).index_select(0, compute.put(torch::tensor(places, torch::kLong)));
        if (!options.captionNorm) {
            input.sentences = network->sentences(ends, training);
            return;
        }
        std::vector<Tensor> all;
        for (const Tensor& own : ends.split_with_sizes(input.sentenceCounts))
            all.push_back(network->sentences(own, training));
        input.sentences = torch::cat(all);
    }

    // Adds the terms beside MaMA's to the report and the total.
    Tensor addExtra(const SampleBatch& batch, const LossInput& input, const Options& options, StepReport& report) const
    {
        Tensor sum = compute.put(torch::zeros({}));
        const ForwardPass pass{batch,
                               *network,
                               input.patches,
                               input.v.to(torch::kFloat),
                               l2(input.sentences),
                               textTrains(options),
                               shared->together()};
        for (const auto& term : extra)
            for (const ExtraTerm::Value& value : (*term)(pass)) {
                report.terms[value.name] = value.value.item<double>();
                sum = sum + value.weight * value.value;
            }
        return sum;
    }

    // Dropout is a function of seed and place, so that a resumed run draws the same; no two processes draw the same.
    void seed(std::uint64_t seed, std::int64_t step, int micro) const
    {
        const auto purpose = static_cast<std::uint64_t>(RandomPurpose::Model), place = static_cast<std::uint64_t>(step),
                   part = static_cast<std::uint64_t>(micro);
        const int rank = shared->rank();
        torch::manual_seed(rank == 0 ? CounterRandom({seed, purpose, place, part})()
                                     : CounterRandom({seed, purpose, place, part, static_cast<std::uint64_t>(rank)})());
    }

    void limitScales(double limit)
    {
        const torch::NoGradGuard noGradients;
        for (const char* name : {"logit_scale", "local_scale"})
            if (limit > 0)
                model.parameters.get(name).detach().clamp_max_(std::log(limit));
    }
};

PretrainingTask::PretrainingTask(const Options& options) : m_options(options), m_parts(std::make_unique<Parts>(options))
{
    if (options.threads > 0)
        torch::set_num_threads(options.threads);
    auto& description = m_parts->model.description;
    if (!options.name.empty())
        description["name"] = options.name;
    if (!options.trainedOn.empty())
        description["provenance"]["trained_on"] = options.trainedOn;
    description["inference"]["text_pooling"] = "training"; // what it is trained with
}

PretrainingTask::~PretrainingTask() = default;

void PretrainingTask::add(std::shared_ptr<ExtraTerm> term) { m_parts->extra.push_back(std::move(term)); }

StepReport PretrainingTask::accumulate(const SampleBatch& batch, std::int64_t step, int micro, int micros)
{
    const bool late = isLate(m_options.loss, step), both = usesSecondView(m_options.loss, late);
    const bool local = usesLocal(m_options.loss, late) || (late && !m_parts->extra.empty());
    if (both && batch.second.empty())
        throw Error(ErrorCode::Data, "train", "batch", "has no second views");
    m_parts->seed(m_options.seed, step, micro);
    m_parts->shared->begin();
    LossInput input;
    StopWatch watch;
    m_parts->addImages(batch, local, both, input);
    m_seconds.images = watch.lap();
    m_parts->addText(batch, local, m_options, input);
    m_seconds.text = watch.lap();
    input.logitScale = m_parts->model.parameters.get("logit_scale");
    input.localScale = m_parts->model.parameters.get("local_scale");
    for (Tensor* embedding : {&input.v, &input.v2, &input.t, &input.simclr1, &input.simclr2})
        *embedding = m_parts->compute.forLoss(*embedding);
    const LossTerms terms = lossTerms(input, m_options.loss, m_parts->shared->together());
    Tensor total = totalLoss(terms, m_options.loss, late);
    StepReport report;
    if (late && !m_parts->extra.empty())
        total = total + m_parts->addExtra(batch, input, m_options, report);
    for (const auto& [name, value] : terms.named())
        report.terms[name] = value.item<double>();
    report.terms["total"] = total.item<double>();
    report.checkFinite();
    m_seconds.losses = watch.lap();
    (total / micros).sum().backward();
    m_seconds.backward = watch.lap();
    return report;
}

std::map<std::string, double> PretrainingTask::apply(std::int64_t, double lr)
{
    StopWatch watch;
    m_parts->shared->average(m_parts->trained);
    std::map<std::string, double> figures{{"grad_norm", m_parts->optimizer->step(lr)}};
    m_parts->shared->end();
    m_parts->limitScales(m_options.scaleLimit);
    m_parts->rebuild();
    m_seconds.optimiser = watch.lap();
    for (const char* name : {"logit", "local"})
        figures[std::string("scale/") + name] =
            std::exp(m_parts->model.parameters.get(std::string(name) + "_scale").item<double>());
    return figures;
}

std::vector<float> PretrainingTask::imageGlobal(const std::vector<float>& image, int height, int width) const
{
    const torch::NoGradGuard noGradients;
    const Network& network = *m_parts->network;
    return valuesOf(
        l2(network.imageGlobal(network.pooled(network.image->tokens(m_parts->compute.images(image, 1, height, width))))
               .to(torch::kFloat)));
}

std::vector<float> PretrainingTask::imagePatches(const std::vector<float>& image, int height, int width) const
{
    const torch::NoGradGuard noGradients;
    const Network& network = *m_parts->network;
    return valuesOf(network.imageLocal(network.image->tokens(m_parts->compute.images(image, 1, height, width))));
}

std::vector<float> PretrainingTask::textGlobal(const Tokens& text) const
{
    const torch::NoGradGuard noGradients;
    const SampleBatch one = oneText(text);
    const TextBatch batch = m_parts->textOf(one);
    return valuesOf(
        l2(m_parts->network->textGlobal(m_parts->pooledText(m_parts->network->text->hidden(batch), batch.mask))
               .to(torch::kFloat)));
}

std::vector<float> PretrainingTask::sentence(const Tokens& text) const
{
    const torch::NoGradGuard noGradients;
    const auto last = text.lastSentence();
    if (!last)
        throw Error(ErrorCode::Data, "encode text", "", "the text has no sentence");
    const SampleBatch one = oneText(text);
    const Tensor hidden = m_parts->network->text->hidden(m_parts->textOf(one)).squeeze(0);
    return valuesOf(m_parts->network->sentences(hidden[text.separators[*last]].unsqueeze(0)));
}

double PretrainingTask::logitFactor() const
{
    return std::exp(m_parts->model.parameters.get("logit_scale").item<double>());
}

void PretrainingTask::write(const std::filesystem::path& folder, const SharedFiles* shared) const
{
    m_parts->model.save(folder, shared, m_parts->trained);
    writeTensors(folder / "optimizer.safetensors", m_parts->optimizer->state());
}

void PretrainingTask::load(const std::filesystem::path& folder)
{
    m_parts->model.load(folder);
    readTensorsInto(folder / "optimizer.safetensors", m_parts->optimizer->state());
    m_parts->optimizer->clear();
    m_parts->packed->forgetAll();
    m_parts->rebuild();
}

void PretrainingTask::share()
{
    m_parts->shared->copyFromFirst(m_parts->model.parameters.all());
    m_parts->shared->copyFromFirst(m_parts->optimizer->state());
    m_parts->packed->forgetAll();
    m_parts->rebuild();
}

void PretrainingTask::undo()
{
    m_parts->shared->undo();
    m_parts->optimizer->clear();
    m_parts->rebuild();
}

} // namespace mama

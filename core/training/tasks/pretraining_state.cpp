#include "core/training/tasks/pretraining_state.h"

#include "core/base/error.h"
#include "core/base/error_actions.h"
#include "core/training/data/counter_random.h"
#include "core/training/data/sample_batch.h"
#include "core/training/model/joined_start.h"
#include "core/training/model/text_adapters.h"
#include "core/weights/families/canonical_names.h"
#include "core/weights/families/families.h"

#include <cmath>
#include <torch/torch.h>
#include <utility>

namespace mama {
namespace {

using torch::Tensor;

// The heads; how a feature is projected is the model's affair.
void need(const TrainableModel& model, const std::filesystem::path& start)
{
    const Parameters& parameters = model.parameters;
    const nlohmann::json heads = model.description.value("heads", nlohmann::json::object());
    std::vector<std::string> all{names::imageLocal + "0.weight", names::textLocal + "0.weight",
                                 names::simclr + "0.weight", names::logitScale, names::localScale};
    if (!heads.is_object() || !heads.contains("image_projection"))
        all.push_back(names::imageGlobal + ".weight");
    if (!heads.is_object() || !heads.contains("text_projection"))
        all.push_back(names::textGlobal + ".weight");
    for (const std::string& name : all)
        if (!parameters.has(name))
            throw Error(ErrorCode::Model, {action::train}, start.string(),
                        {TextId("train.tensor_needed", "pre-training needs the tensor %1"), name});
}

// Of the batch's memory.
TextBatch wholeText(const SampleBatch& batch)
{
    TextBatch text;
    text.ids = torch::from_blob(const_cast<std::int64_t*>(batch.ids.data()), {batch.size, batch.tokens}, torch::kLong);
    text.mask = torch::from_blob(const_cast<std::uint8_t*>(batch.mask.data()), {batch.size, batch.tokens}, torch::kByte)
                    .to(torch::kBool);
    return text;
}

AdamW::Options adamOf(const OptimizerSettings& settings)
{
    AdamW::Options adam = AdamW::Options::from(settings);
    if (settings.towerFactor != 1 || settings.textFactor != 1)
        adam.factor = [tower = settings.towerFactor, text = settings.textFactor](const std::string& name) {
            return name.starts_with(names::imageTower) ? tower : name.starts_with(names::textTower) ? text : 1.0;
        };
    return adam;
}

} // namespace

PretrainingTask::State::State(const Options& own) : ModelState(own), options(own)
{
    if (options.description.is_object())
        completeStart(model, options.description, options.textTower, options.seed);
    need(model, options.start);
    m_classToken = weights::textFamily(model.description.at("text")).hasClassToken();
    m_pooling = model.description["text"].value("pooling", std::string());
    if (options.textTraining == TextTraining::Lora)
        addAdapters(model, "text", {options.loraRank, options.loraAlpha, options.seed});
    if (options.imageTraining == ImageTraining::Lora)
        addAdapters(model, "image", {options.loraRank, options.loraAlpha, options.seed});
    model.place(compute.device(), compute.type());
    limitScales(); // a start may lie above: SigLIP's factor is free
    for (const auto& [name, tensor] : model.parameters.all())
        if (pretrainingTrains(name, parts()))
            train(name, tensor);
    optimizer.emplace(trained, adamOf(options.optimizer));
    shared.emplace(options.group, options.sharedNorm, model.parameters.all());
    rebuild();
    if (m_pooling == "mean-masked" && options.textTraining == TextTraining::Fixed && compute.type() == torch::kFloat)
        m_fixedText.emplace(model.parameters, model.description["text"]);
    model.description["inference"]["text_pooling"] = "training"; // what it is trained with
}

void PretrainingTask::State::rebuild()
{
    network.emplace(model.parameters, model.description);
    m_packed->forgetTrained();
}

void PretrainingTask::State::changed()
{
    m_packed->forgetAll();
    limitScales();
    rebuild();
}

PretrainingTask::State::Uses PretrainingTask::State::usesOf(bool late) const
{
    Uses uses;
    uses.late = late;
    uses.secondView = usesSecondView(options.loss, uses.late);
    uses.extra = uses.late && !extra.empty();
    uses.local = usesLocal(options.loss, uses.late) || uses.extra;
    return uses;
}

void PretrainingTask::State::seed(std::int64_t step, int micro) const
{
    const auto purpose = static_cast<std::uint64_t>(RandomPurpose::Model), place = static_cast<std::uint64_t>(step),
               part = static_cast<std::uint64_t>(micro), rank = static_cast<std::uint64_t>(shared->rank());
    torch::manual_seed(rank == 0 ? CounterRandom({options.seed, purpose, place, part})()
                                 : CounterRandom({options.seed, purpose, place, part, rank})());
}

bool PretrainingTask::State::training() { return torch::GradMode::is_enabled(); }

const Collectives* PretrainingTask::State::together() const { return training() ? shared->together() : nullptr; }

TrainedParts PretrainingTask::State::parts() const
{
    return {options.textTraining, options.imageTraining, lastNormTrains(model.description)};
}

bool PretrainingTask::State::textTrains() const
{
    return options.textTraining == TextTraining::Lora || options.textTraining == TextTraining::Full;
}

Tensor PretrainingTask::State::images(const std::vector<float>& values, const SampleBatch& batch) const
{
    return compute.images(values, batch.size, batch.height, batch.width);
}

void PretrainingTask::State::addImages(const SampleBatch& batch, const Uses& uses, LossInput& input) const
{
    const Compute::Products products(compute);
    const bool adapted = options.imageTraining == ImageTraining::Lora,
               still = options.imageTraining == ImageTraining::Frozen;
    const ForwardMode mode =
        training() ? ForwardMode{true, 0, adapted ? options.loraDropout : 0, shared->batchNorm(), m_packed}
                   : ForwardMode{};
    const ForwardMode inTower = still ? ForwardMode{} : mode;
    const auto tokensOf = [&](const Tensor& pictures) {
        const torch::AutoGradMode gradients(training() && !still);
        return network->image->tokens(pictures, inTower);
    };
    // Images that do not see each other go through the tower together, in larger products.
    const bool both = uses.secondView, together = both && !network->image->mixesImages();
    const Tensor first = images(batch.first, batch), other = both ? images(batch.second, batch) : Tensor();
    const Tensor all = tokensOf(together ? torch::cat({first, other}) : first), tokens = all.narrow(0, 0, batch.size);
    const Tensor pooled = network->pooled(tokens);
    input.v = network->imageGlobal(pooled);
    if (both) {
        const Tensor second = network->pooled(together ? all.narrow(0, batch.size, batch.size) : tokensOf(other));
        input.v2 = network->imageGlobal(second);
        input.simclr2 = network->simclr(second, mode); // the reference's order: it shows in running statistics
        input.simclr1 = network->simclr(pooled, mode);
    }
    if (uses.local)
        input.patches = network->imageLocal(tokens, mode);
}

Tensor PretrainingTask::State::pooledText(const Tensor& hidden, const Tensor& mask) const
{
    if (m_pooling == "first")
        return hidden.select(1, 0);
    if (m_pooling == "last-real") {
        const Tensor last = (mask.sum(1) - 1).clamp_min(0).view({-1, 1, 1}).expand({-1, 1, hidden.size(2)});
        return hidden.gather(1, last).squeeze(1);
    }
    if (realOnly()) {
        const Tensor real = mask.to(hidden.scalar_type()).unsqueeze(2);
        return (hidden * real).sum(1) / real.sum(1);
    }
    return m_classToken ? hidden.narrow(1, 1, hidden.size(1) - 1).mean(1) : hidden.mean(1);
}

// Where padding is not pooled, it need not be computed.
TextBatch PretrainingTask::State::textOf(const SampleBatch& batch) const
{
    const TextBatch text = wholeText(batch);
    const auto longest = realOnly() ? text.mask.sum(1).max().item<std::int64_t>() : batch.tokens;
    return {compute.put(text.ids.narrow(1, 0, longest)), compute.put(text.mask.narrow(1, 0, longest)), {}, realOnly()};
}

void PretrainingTask::State::addText(const SampleBatch& batch, const Uses& uses, LossInput& input)
{
    if (m_fixedText)
        return addFixedText(batch, uses.local, input);
    const bool fixed = options.textTraining == TextTraining::Fixed;
    const ForwardMode mode =
        training()
            ? ForwardMode{!fixed, options.dropout, options.textTraining == TextTraining::Lora ? options.loraDropout : 0,
                          options.captionNorm ? nullptr : shared->batchNorm(), m_packed}
            : ForwardMode{};
    const TextBatch text = textOf(batch);
    const Compute::Products products(compute);
    Tensor hidden;
    {
        const torch::AutoGradMode gradients(textTrains() && training());
        hidden = network->text->hidden(text, mode);
    }
    input.t = network->textGlobal(pooledText(hidden, text.mask));
    if (uses.local)
        addSentences(batch, hidden, mode, input);
}

void PretrainingTask::State::addFixedText(const SampleBatch& batch, bool local, LossInput& input)
{
    const Compute::Products products(compute);
    auto states = (*m_fixedText)(batch);
    input.t = network->textGlobal(states.pooled);
    if (!local)
        return;
    input.sentences = network->sentences(states.sentences);
    input.sentenceCounts = std::move(states.counts);
}

// A sentence is the state at its separator. hidden [N, L, width]
void PretrainingTask::State::addSentences(const SampleBatch& batch, const Tensor& hidden, const ForwardMode& mode,
                                          LossInput& input) const
{
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
        input.sentences = network->sentences(ends, mode);
        return;
    }
    std::vector<Tensor> all;
    for (const Tensor& own : ends.split_with_sizes(input.sentenceCounts))
        all.push_back(network->sentences(own, mode));
    input.sentences = torch::cat(all);
}

Tensor PretrainingTask::State::losses(const SampleBatch& batch, LossInput& input, const Uses& uses,
                                      StepReport& report) const
{
    input.logitScale = model.parameters.get(names::logitScale);
    input.localScale = model.parameters.get(names::localScale);
    for (Tensor* embedding : {&input.v, &input.v2, &input.t, &input.simclr1, &input.simclr2})
        *embedding = compute.forLoss(*embedding);
    const LossTerms terms = lossTerms(input, options.loss, together());
    Tensor total = totalLoss(terms, options.loss, uses.late);
    if (uses.extra)
        total = total + addExtra(batch, input, report);
    for (const auto& [name, value] : terms.named())
        report.terms[name] = value.item<double>();
    report.terms["total"] = total.item<double>();
    return total;
}

// Their sum, weighted.
Tensor PretrainingTask::State::addExtra(const SampleBatch& batch, const LossInput& input, StepReport& report) const
{
    Tensor sum = compute.put(torch::zeros({}));
    const ForwardPass pass{batch,        *network,  input.patches, input.v.to(torch::kFloat), l2(input.sentences),
                           textTrains(), together()};
    for (const auto& term : extra)
        for (const ExtraTerm::Value& value : (*term)(pass)) {
            report.terms[value.name] = value.value.item<double>();
            sum = sum + value.weight * value.value;
        }
    return sum;
}

void PretrainingTask::State::limitScales() const
{
    const torch::NoGradGuard noGradients;
    for (const std::string& name : {names::logitScale, names::localScale})
        if (options.scaleLimit > 0)
            model.parameters.get(name).detach().clamp_max_(std::log(options.scaleLimit));
}

} // namespace mama

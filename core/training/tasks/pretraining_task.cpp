#include "core/training/tasks/pretraining_task.h"

#include "core/base/error.h"
#include "core/base/error_actions.h"
#include "core/model/map_ways.h"
#include "core/training/data/sample_batch.h"
#include "core/training/tasks/pretraining_state.h"
#include "core/weights/families/canonical_names.h"

#include <chrono>
#include <cmath>
#include <torch/torch.h>
#include <utility>

namespace mama {
namespace {

using torch::Tensor;

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

SampleBatch oneText(const Tokens& text)
{
    SampleBatch one;
    one.size = 1;
    one.tokens = static_cast<int>(text.ids.size());
    one.ids.assign(text.ids.begin(), text.ids.end());
    one.mask.assign(text.mask.begin(), text.mask.end());
    return one;
}

} // namespace

PretrainingTask::PretrainingTask(const Options& options) : m_state(std::make_unique<State>(options)) {}

PretrainingTask::~PretrainingTask() = default;

ModelState& PretrainingTask::state() const { return *m_state; }

void PretrainingTask::add(std::shared_ptr<ExtraTerm> term) { m_state->extra.push_back(std::move(term)); }

StepReport PretrainingTask::accumulate(const SampleBatch& batch, std::int64_t step, int micro, int micros)
{
    // 1. Sample: what of it has a part in this step's loss, and the randomness of its dropout.
    const State::Uses uses = m_state->usesAt(step);
    if (uses.secondView && batch.second.empty())
        throw Error(ErrorCode::Data, {action::train}, "batch",
                    {TextId("train.no_second_views", "has no second views")});
    m_state->seed(step, micro);
    m_state->shared->begin();

    // 2. Forward: the images' tower and heads, then the text's.
    LossInput input;
    StopWatch watch;
    m_state->addImages(batch, uses, input);
    m_seconds.images = watch.lap();
    m_state->addText(batch, uses, input);
    m_seconds.text = watch.lap();

    // 3. Losses: term by term, then their total.
    StepReport report;
    const Tensor total = m_state->losses(batch, input, uses, report);
    m_seconds.losses = watch.lap();

    // 4. Backward: gradients of the micro-batch's share of the step.
    (total / micros).sum().backward();
    m_seconds.backward = watch.lap();
    return report;
}

StepReport PretrainingTask::validate(const SampleBatch& batch, bool whole) const
{
    const torch::NoGradGuard noGradients;
    const State::Uses uses = m_state->usesOf(whole);
    LossInput input;
    m_state->addImages(batch, uses, input);
    m_state->addText(batch, uses, input);
    StepReport report;
    m_state->losses(batch, input, uses, report);
    return report;
}

std::map<std::string, double> PretrainingTask::apply(std::int64_t, double lr)
{
    // 5. Optimise: gradients of all processes, AdamW, and what must not grow or go stale.
    StopWatch watch;
    m_state->shared->average(m_state->trained);
    std::map<std::string, double> figures = m_state->optimizer->step(lr).named();
    m_state->shared->end();
    m_state->limitScales();
    m_state->rebuild();
    m_seconds.optimiser = watch.lap();

    // 6. Report.
    for (const char* name : {"logit", "local"})
        figures[std::string("scale/") + name] =
            std::exp(m_state->model.parameters.get(std::string(name) + "_scale").item<double>());
    return figures;
}

std::vector<float> PretrainingTask::imageGlobal(const std::vector<float>& image, int height, int width) const
{
    const torch::NoGradGuard noGradients;
    const Network& network = *m_state->network;
    const Tensor tokens = network.image->tokens(m_state->compute.images(image, 1, height, width));
    return valuesOf(l2(network.imageGlobal(network.pooled(tokens)).to(torch::kFloat)));
}

std::vector<std::vector<float>> PretrainingTask::imagePatches(const std::vector<float>& image, int height, int width,
                                                              const std::vector<std::string>& readOuts) const
{
    const torch::NoGradGuard noGradients;
    const Network& network = *m_state->network;
    LateTokens late;
    const Tensor tokens = network.image->tokens(m_state->compute.images(image, 1, height, width), {}, {}, &late);
    std::vector<std::vector<float>> patches;
    for (const std::string& way : readOuts) {
        const ReadOut readOut = readOutOf(way);
        patches.push_back(
            valuesOf(network.imageLocal(readOut == ReadOut::Standard ? tokens : network.image->read(late, readOut))));
    }
    return patches;
}

std::vector<float> PretrainingTask::textGlobal(const Tokens& text) const
{
    const torch::NoGradGuard noGradients;
    const SampleBatch one = oneText(text);
    const TextBatch batch = m_state->textOf(one);
    const Network& network = *m_state->network;
    const Tensor pooled = m_state->pooledText(network.text->hidden(batch), batch.mask);
    return valuesOf(l2(network.textGlobal(pooled).to(torch::kFloat)));
}

std::vector<float> PretrainingTask::sentence(const Tokens& text) const
{
    const torch::NoGradGuard noGradients;
    const auto last = text.lastSentence();
    if (!last)
        throw Error(ErrorCode::Data, {action::encodeText}, "",
                    {TextId("train.no_sentence", "the text has no sentence")});
    const SampleBatch one = oneText(text);
    const Tensor hidden = m_state->network->text->hidden(m_state->textOf(one)).squeeze(0);
    return valuesOf(m_state->network->sentences(hidden[text.separators[*last]].unsqueeze(0)));
}

CaptionTokenizer PretrainingTask::captions() const
{
    return captionTokenizer(m_state->model.tokenizerFolder(),
                            m_state->model.description.value("captions", nlohmann::json()));
}

double PretrainingTask::logitFactor() const
{
    return std::exp(m_state->model.parameters.get(names::logitScale).item<double>());
}

} // namespace mama

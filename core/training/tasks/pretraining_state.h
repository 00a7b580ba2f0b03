#pragma once
#include "core/training/losses/extra_term.h"
#include "core/training/losses/losses.h"
#include "core/training/model/adam_w.h"
#include "core/training/model/fixed_text.h"
#include "core/training/tasks/model_state.h"
#include "core/training/tasks/pretraining_task.h"

#include <memory>

namespace mama {

// The model of a pre-training, with its forward pass up to the total of the losses.
struct PretrainingTask::State final : ModelState
{
    explicit State(const Options& options);

    std::map<std::string, NamedTensors> files() const override
    {
        return {{"optimizer.safetensors", optimizer->state()}};
    }
    void changed() override;
    // Heads keep views of their weights; made anew after every change in place, none of them is stale.
    void rebuild();

    // What of a micro-batch has a part in the loss of a step.
    struct Uses
    {
        bool late = false, secondView = false, local = false;
        bool extra = false; // terms beside MaMA's
    };
    Uses usesOf(bool late) const;
    Uses usesAt(std::int64_t step) const { return usesOf(isLate(options.loss, step)); }
    // Dropout is a function of seed and place, so that a resumed run draws the same; no two processes draw the same.
    void seed(std::int64_t step, int micro) const;

    // With gradients as in training, else as in an evaluation: no dropout, running statistics, this process alone.
    void addImages(const SampleBatch& batch, const Uses& uses, LossInput& input) const;
    void addText(const SampleBatch& batch, const Uses& uses, LossInput& input);
    // The total to minimise; every term goes into the report.
    at::Tensor losses(const SampleBatch& batch, LossInput& input, const Uses& uses, StepReport& report) const;

    TextBatch textOf(const SampleBatch& batch) const;
    // Training pooling (mama.md 3): all positions, padding included; without a class token. A model that says so takes
    // the real tokens alone. hidden [N, L, width], mask [N, L] -> [N, width]
    at::Tensor pooledText(const at::Tensor& hidden, const at::Tensor& mask) const;
    void limitScales() const; // the factors e^scale, to options.scaleLimit

    const Options options;
    std::optional<AdamW> optimizer;
    std::vector<std::shared_ptr<ExtraTerm>> extra;

private:
    bool textTrains() const;
    // Whether nobody reads the states of padding.
    bool realOnly() const { return m_pooling == "mean-masked" || m_pooling == "first" || m_pooling == "last-real"; }
    TrainedParts parts() const;
    static bool training();
    const Collectives* together() const; // null in an evaluation
    at::Tensor images(const std::vector<float>& values, const SampleBatch& batch) const;
    void addFixedText(const SampleBatch& batch, bool local, LossInput& input);
    void addSentences(const SampleBatch& batch, const at::Tensor& hidden, const ForwardMode& mode,
                      LossInput& input) const;
    at::Tensor addExtra(const SampleBatch& batch, const LossInput& input, StepReport& report) const;

    std::optional<FixedText> m_fixedText; // where nothing trains and padding does not count
    bool m_classToken = false;
    std::string m_pooling; // of model.json's "text"; of those that say nothing MaMA's own
    c10::intrusive_ptr<PackedWeights> m_packed = c10::make_intrusive<PackedWeights>();
};

} // namespace mama

#pragma once
#include "core/text/captions/caption_tokens.h"
#include "core/training/losses/loss_options.h"
#include "core/training/settings/optimizer_settings.h"
#include "core/training/settings/trained_tensors.h"
#include "core/training/tasks/model_task.h"
#include "core/training/tasks/task_options.h"

#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

namespace mama {

class ExtraTerm;

// MaMA's pre-training (mama.md 3, 6, 7): two views and a caption against each other with the terms of losses.h, AdamW.
// The start has both towers and all heads. What trains and what counts is a function of the step alone. No Torch in
// this header.
class PretrainingTask final : public ModelTask
{
public:
    struct Options : TaskOptions
    {
        LossOptions loss;
        double scaleLimit = 100; // the factors e^scale stay at or below it; 0: as they come
        // Of a start that is not MaMA's own, what it is made (startDescription()); null: as it is.
        nlohmann::json description = nullptr;
        std::filesystem::path textTower; // whose language model it gets; empty: its own
        TextTraining textTraining = TextTraining::Lora;
        ImageTraining imageTraining = ImageTraining::Full;
        int loraRank = 8;                                        // where the start has no adapters yet
        double loraAlpha = 32, loraDropout = 0.1, dropout = 0.1; // dropout: of a language model that has it (GPT-2)
        bool captionNorm = false; // the text's local head takes BatchNorm statistics caption by caption (R9)
        OptimizerSettings optimizer;
        bool sharedNorm = true; // BatchNorm over all of them, else each over its own samples
    };
    // Error(Model) names what the start lacks.
    explicit PretrainingTask(const Options& options);
    ~PretrainingTask() override;

    // A term beside MaMA's own, from the step on at which the local terms count.
    void add(std::shared_ptr<ExtraTerm> term);

    StepReport accumulate(const SampleBatch& batch, std::int64_t step, int micro, int micros) override;
    std::map<std::string, double> apply(std::int64_t step, double lr) override;

    // The loss's terms of a batch and their total, without dropout, by running statistics, of this process alone;
    // whole: with the terms that start at late_loss. Nothing changes.
    StepReport validate(const SampleBatch& batch, bool whole) const;

    // For an evaluation: without dropout, L2-normalised, [D]. image [height, width] normalised, one channel; the text
    // with the pooling of training.
    std::vector<float> imageGlobal(const std::vector<float>& image, int height, int width) const;
    std::vector<float> textGlobal(const Tokens& text) const;
    double logitFactor() const;        // e^logit_scale
    CaptionTokenizer captions() const; // as its texts are read
    // Of the last micro-batch and the last step.
    struct Seconds
    {
        double images = 0, text = 0, losses = 0, backward = 0, optimiser = 0;
    };
    const Seconds& seconds() const { return m_seconds; }
    // The same for maps: [patches, D] of each of the read-outs (readOutNames()), from one encoding; and the state at
    // the separator of the text's last sentence, [D].
    std::vector<std::vector<float>> imagePatches(const std::vector<float>& image, int height, int width,
                                                 const std::vector<std::string>& readOuts) const;
    std::vector<float> sentence(const Tokens& text) const;

private:
    struct State;
    ModelState& state() const override;

    std::unique_ptr<State> m_state;
    Seconds m_seconds;
};

} // namespace mama

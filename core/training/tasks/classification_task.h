#pragma once
#include "core/training/settings/optimizer_settings.h"
#include "core/training/settings/trained_tensors.h"
#include "core/training/tasks/model_task.h"
#include "core/training/tasks/task_options.h"

#include <memory>
#include <string>
#include <vector>

namespace mama {

// Linear probe and full fine-tuning (mama.md 9): cross-entropy of a linear layer on the image tower's pooled tokens, by
// SGD with momentum. The checkpoints are linear-probe models. No Torch in this header.
class ClassificationTask final : public ModelTask
{
public:
    struct Options : TaskOptions
    {
        // Full and Lora: fine-tuning; Frozen: the layer alone, a probe.
        ImageTraining imageTraining = ImageTraining::Frozen;
        int loraRank = 8;
        double loraAlpha = 32;
        std::vector<std::string> classes;
        OptimizerSettings optimizer{.weightDecay = 1e-3}; // beta1 is the momentum
    };
    // Error(Model) if the start has no image tower.
    explicit ClassificationTask(const Options& options);
    ~ClassificationTask() override;

    StepReport accumulate(const SampleBatch& batch, std::int64_t step, int micro, int micros) override;
    std::map<std::string, double> apply(std::int64_t step, double lr) override;

    std::size_t classes() const { return m_options.classes.size(); }
    // images [N, height, width] normalised, one channel -> softmax over the classes, [N, classes].
    std::vector<float> scores(const std::vector<float>& images, std::int64_t n, int height, int width) const;

private:
    struct State;
    ModelState& state() const override;

    Options m_options;
    std::unique_ptr<State> m_state;
};

} // namespace mama

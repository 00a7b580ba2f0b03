#pragma once
#include "core/training/settings/optimizer_settings.h"
#include "core/training/tasks/model_task.h"
#include "core/training/tasks/task_options.h"

#include <memory>
#include <string>
#include <vector>

namespace mama {

// Warm start of an image tower on masks: of each patch, whether it shows a mass and whether it shows calcifications,
// by a linear layer on the normed patch tokens. Stands in for a tower that is pre-trained on pictures. AdamW.
// The checkpoints are the start's model with the trained tower; the layer itself lies in
// head.safetensors beside it. No Torch in this header.
class WarmStartTask final : public ModelTask
{
public:
    struct Options : TaskOptions
    {
        OptimizerSettings optimizer{.beta2 = 0.98, .weightDecay = 0.05, .clip = 1};
        double positiveWeight = 6;
        bool sharedNorm = true; // BatchNorm over all of them, else each over its own samples
    };
    // Error(Model) if the start has no image tower.
    explicit WarmStartTask(const Options& options);
    ~WarmStartTask() override;

    // Error(Data) if the data set has no masks.
    StepReport accumulate(const SampleBatch& batch, std::int64_t step, int micro, int micros) override;
    std::map<std::string, double> apply(std::int64_t step, double lr) override;

    // images [N, height, width] normalised, one channel -> logits [N, 2, rows, columns] of mass and calcification.
    std::vector<float> maps(const std::vector<float>& images, std::int64_t n, int height, int width) const;

private:
    struct State;
    ModelState& state() const override;

    Options m_options;
    std::unique_ptr<State> m_state;
};

} // namespace mama

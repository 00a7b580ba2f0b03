#pragma once
#include "core/training/loop/training_task.h"
#include "core/training/tasks/task_options.h"

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

namespace mama {

// Warm start of an image tower on masks: of each patch, whether it shows a mass and whether it shows calcifications,
// by a linear layer on the normed patch tokens. Stands in for a tower that is pre-trained on pictures. AdamW.
// The checkpoints are the start's model with the trained tower; the layer itself lies in
// head.safetensors beside it. No Torch in this header.
class WarmStartTask final : public TrainingTask
{
public:
    struct Options : TaskOptions
    {
        double beta1 = 0.9, beta2 = 0.98, weightDecay = 0.05, clip = 1;
        bool decayMatricesOnly = false;
        double positiveWeight = 6;
        bool sharedNorm = true; // BatchNorm over all of them, else each over its own samples
    };
    // Error(Model) if the start has no image tower.
    explicit WarmStartTask(const Options& options);
    ~WarmStartTask() override;

    // Error(Data) if the data set has no masks.
    StepReport accumulate(const SampleBatch& batch, std::int64_t step, int micro, int micros) override;
    std::map<std::string, double> apply(std::int64_t step, double lr) override;
    void load(const std::filesystem::path& folder) override;
    void share() override;
    void undo() override;

    // images [N, height, width] normalised, one channel -> logits [N, 2, rows, columns] of mass and calcification.
    std::vector<float> maps(const std::vector<float>& images, std::int64_t n, int height, int width) const;

private:
    void write(const std::filesystem::path& folder, const SharedFiles* shared) const override;

    struct Parts;
    Options m_options;
    std::unique_ptr<Parts> m_parts;
};

} // namespace mama

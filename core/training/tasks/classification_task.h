#pragma once
#include "core/training/loop/training_task.h"
#include "core/training/tasks/task_options.h"

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

namespace mama {

// Linear probe and full fine-tuning (mama.md 9): cross-entropy of a linear layer on the image tower's pooled tokens, by
// SGD with momentum. The checkpoints are linear-probe models. No Torch in this header.
class ClassificationTask final : public TrainingTask
{
public:
    struct Options : TaskOptions
    {
        bool wholeTower = false; // fine-tuning; else the layer alone
        std::vector<std::string> classes;
        double momentum = 0.9, weightDecay = 1e-3, clip = 0;
    };
    // Error(Model) if the start has no image tower.
    explicit ClassificationTask(const Options& options);
    ~ClassificationTask() override;

    StepReport accumulate(const SampleBatch& batch, std::int64_t step, int micro, int micros) override;
    std::map<std::string, double> apply(std::int64_t step, double lr) override;
    void load(const std::filesystem::path& folder) override;
    void share() override;

    std::size_t classes() const { return m_options.classes.size(); }
    // images [N, height, width] normalised, one channel -> softmax over the classes, [N, classes].
    std::vector<float> scores(const std::vector<float>& images, std::int64_t n, int height, int width) const;

private:
    void write(const std::filesystem::path& folder, const SharedFiles* shared) const override;

    struct Parts;
    Options m_options;
    std::unique_ptr<Parts> m_parts;
};

} // namespace mama

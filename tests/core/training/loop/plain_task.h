#pragma once
#include "core/training/loop/training_task.h"

#include <functional>
#include <vector>

namespace mama::test {

// Linear regression of a picture's class on its pixels, by gradient descent with momentum, in plain double arithmetic:
// a task that takes microseconds a step, to test the loop around it.
class PlainTask final : public TrainingTask
{
public:
    explicit PlainTask(std::size_t pixels) : m_weights(pixels, 0), m_gradient(pixels, 0), m_momentum(pixels, 0) {}

    StepReport accumulate(const SampleBatch& batch, std::int64_t step, int micro, int micros) override;
    std::map<std::string, double> apply(std::int64_t step, double lr) override;
    void load(const std::filesystem::path& folder) override;
    void undo() override { m_gradient.assign(m_gradient.size(), 0); }

    std::function<void(std::int64_t step)> before;                    // called by accumulate; may throw
    std::function<void(std::int64_t step, StepReport& report)> after; // of what accumulate gives
    std::function<void()> whileWriting;                               // called between the files of a checkpoint
    const std::vector<double>& weights() const { return m_weights; }

private:
    void write(const std::filesystem::path& folder, const SharedFiles* shared) const override;

    std::vector<double> m_weights, m_gradient, m_momentum;
};

} // namespace mama::test

#include "tests/core/training/loop/plain_task.h"

#include "core/base/files.h"
#include "core/training/data/sample_batch.h"

#include <cmath>
#include <cstring>
#include <span>

namespace mama::test {

StepReport PlainTask::accumulate(const SampleBatch& batch, std::int64_t step, int, int micros)
{
    if (before)
        before(step);
    double loss = 0;
    for (std::int64_t sample = 0; sample < batch.size; ++sample) {
        const float* pixels = batch.first.data() + sample * static_cast<std::int64_t>(m_weights.size());
        double value = 0;
        for (std::size_t i = 0; i < m_weights.size(); ++i)
            value += m_weights[i] * static_cast<double>(pixels[i]);
        const double off = value - batch.labels[static_cast<std::size_t>(sample)];
        loss += off * off / static_cast<double>(batch.size);
        for (std::size_t i = 0; i < m_weights.size(); ++i)
            m_gradient[i] += 2 * off * static_cast<double>(pixels[i]) / static_cast<double>(batch.size * micros);
    }
    StepReport report{{{"total", loss}}};
    if (after)
        after(step, report);
    return report;
}

std::map<std::string, double> PlainTask::apply(std::int64_t, double lr)
{
    double norm = 0;
    for (std::size_t i = 0; i < m_weights.size(); ++i) {
        norm += m_gradient[i] * m_gradient[i];
        m_momentum[i] = 0.9 * m_momentum[i] + m_gradient[i];
        m_weights[i] -= lr * m_momentum[i];
        m_gradient[i] = 0;
    }
    return {{"grad_norm", std::sqrt(norm)}};
}

void PlainTask::write(const std::filesystem::path& folder, const SharedFiles*) const
{
    writeAtomically(folder / "model.safetensors", std::as_bytes(std::span(m_weights)));
    if (whileWriting)
        whileWriting();
    writeAtomically(folder / "optimizer.safetensors", std::as_bytes(std::span(m_momentum)));
}

void PlainTask::load(const std::filesystem::path& folder)
{
    std::memcpy(m_weights.data(), readText(folder / "model.safetensors").data(), m_weights.size() * sizeof(double));
    std::memcpy(m_momentum.data(), readText(folder / "optimizer.safetensors").data(),
                m_momentum.size() * sizeof(double));
}

} // namespace mama::test

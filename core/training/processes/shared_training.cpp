#include "core/training/processes/shared_training.h"

#include "core/training/settings/trained_tensors.h"

#include <torch/torch.h>

namespace mama {

SharedTraining::SharedTraining(ProcessGroup* group, bool sharedNorm, const NamedTensors& parameters)
    : m_sharedNorm(sharedNorm)
{
    if (group)
        m_together.emplace(*group);
    for (const auto& [name, tensor] : parameters)
        if (isStatistic(name))
            m_statistics[name] = tensor;
}

void SharedTraining::begin()
{
    if (!m_before.empty())
        return;
    for (const auto& [name, tensor] : m_statistics)
        m_before[name] = tensor.clone();
}

void SharedTraining::average(const NamedTensors& trained)
{
    if (!m_together)
        return;
    m_together->averageGradients(trained);
    m_together->copyFromFirst(m_statistics);
}

void SharedTraining::undo()
{
    const torch::NoGradGuard noGradients;
    for (const auto& [name, tensor] : m_before)
        m_statistics.at(name).copy_(tensor);
    m_before.clear();
}

void SharedTraining::copyFromFirst(const NamedTensors& tensors) const
{
    if (m_together)
        m_together->copyFromFirst(tensors);
}

} // namespace mama

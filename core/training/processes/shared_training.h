#pragma once
#include "core/training/processes/collectives.h"

#include <optional>

namespace mama {

// A task's part in a run of several processes; alone, nothing is shared, but what a forward pass moved can be undone.
class SharedTraining
{
public:
    // parameters: of the model; those called running_mean, running_var and num_batches_tracked are the statistics that
    // a forward pass moves. sharedNorm: BatchNorm over all processes. group may be null and must outlive this object.
    SharedTraining(ProcessGroup* group, bool sharedNorm, const NamedTensors& parameters);
    SharedTraining(const SharedTraining&) = delete;
    SharedTraining& operator=(const SharedTraining&) = delete;

    const Collectives* together() const { return m_together ? &*m_together : nullptr; }
    const SharedBatchNorm* batchNorm() const { return m_sharedNorm ? together() : nullptr; }
    int rank() const { return m_together ? m_together->rank() : 0; }

    void begin();                              // before each micro-batch
    void average(const NamedTensors& trained); // before the optimiser steps: gradients; statistics that each took alone
                                               // are the first one's
    void end() { m_before.clear(); }           // after it
    void undo();                               // statistics as they were after the last step
    void copyFromFirst(const NamedTensors& tensors) const;

private:
    std::optional<Collectives> m_together;
    bool m_sharedNorm;
    NamedTensors m_statistics, m_before;
};

} // namespace mama

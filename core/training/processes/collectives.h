#pragma once
#include "core/model/layers/batch_norm.h"
#include "core/training/model/trainable_model.h"

#include <cstdint>
#include <vector>

namespace mama {

class ProcessGroup;

// What training needs of the run's processes, on tensors of any device. The loss of each process is a mean over its own
// samples and the run's is the mean over processes; so what flows back through gather() and normalise() is summed over
// the processes, and gradients of parameters are averaged.
class Collectives final : public SharedBatchNorm
{
public:
    // group must outlive this object and every graph that it is part of.
    explicit Collectives(ProcessGroup& group) : m_group(group) {}
    int rank() const;
    int size() const;

    // own [n, ...] -> [all n, ...], by rank; n may differ between processes, the rest not. Differentiable; float64 as
    // it is, else float32.
    at::Tensor gather(const at::Tensor& own) const;
    std::vector<std::int64_t> gather(const std::vector<std::int64_t>& own) const;
    double sum(double own) const;

    // SyncBatchNorm (Chan et al. 1979 for the variance of the whole).
    at::Tensor normalise(const at::Tensor& x, const at::Tensor& runningMean, const at::Tensor& runningVariance,
                         const Settings& settings) const override;

    // In place. A gradient that only some processes have counts as zero in the others.
    void averageGradients(const NamedTensors& trained) const;
    // Values of the first process into every other's, in place.
    void copyFromFirst(const NamedTensors& tensors) const;
    // In place, summed over the processes; float32 or float64.
    void sum(at::Tensor& values) const;

private:
    ProcessGroup& m_group;
};

} // namespace mama

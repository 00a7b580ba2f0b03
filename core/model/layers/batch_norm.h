#pragma once
#include "core/model/layers/linear.h"

namespace mama {

// BatchNorm of a batch whose rows lie in several processes.
class SharedBatchNorm
{
public:
    virtual ~SharedBatchNorm() = default;
    struct Settings
    {
        double momentum = 0.1, eps = 1e-5;
    };
    // x [M, C] or [N, C, rows, columns], this process's part, M may differ between processes -> normalised by mean and
    // variance over all parts, differentiable; every process's running statistics move by the same.
    virtual at::Tensor normalise(const at::Tensor& x, const at::Tensor& runningMean, const at::Tensor& runningVariance,
                                 const Settings& settings) const = 0;
};

// The parameters of one layer; weight and bias may be undefined.
struct BatchNormTensors
{
    at::Tensor weight, bias, mean, variance;
};

// torch.nn.BatchNorm of channels in axis 1; in training over all processes where the mode says how. In mixed precision
// float32 out, and bfloat16 as it came where ReLU follows.
at::Tensor batchNorm(const at::Tensor& rows, const BatchNormTensors& tensors, double eps, const ForwardMode& mode);
at::Tensor batchNormRelu(const at::Tensor& rows, const BatchNormTensors& tensors, double eps, const ForwardMode& mode);

} // namespace mama

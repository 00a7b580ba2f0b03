#pragma once
#include "core/model/kernels/precision.h"

#include <ATen/core/Tensor.h>
#include <cstdint>

namespace mama {

// Along an axis of a picture.
struct ConvolutionSteps
{
    std::int64_t stride = 1;
    std::int64_t low = 0, high = 0; // zeros above and left, below and right
};

// A convolution of square kernels with a BatchNorm folded into it, for inference.
class Convolution
{
public:
    Convolution() = default;
    // weight [out, in / groups, k, k], bias [out], float32.
    Convolution(at::Tensor weight, at::Tensor bias, ConvolutionSteps steps, std::int64_t groups);

    // From here on in oneDNN's own layout, as float32 (int8, too) or bfloat16.
    void pack(Precision precision);
    std::int64_t kernel() const { return m_kernel; }
    std::int64_t stride() const { return m_steps.stride; }
    std::int64_t size(std::int64_t side) const; // of what comes out along an axis

    // x [N, in, H, W] -> [N, out, size(H), size(W)]; packed: of the packed type, fastest in channels-last.
    at::Tensor operator()(const at::Tensor& x) const { return run(x, false); }
    at::Tensor swish(const at::Tensor& x) const { return run(x, true); } // y * sigmoid(y) of it

private:
    at::Tensor run(const at::Tensor& x, bool swish) const;

    at::Tensor m_weight, m_bias;
    ConvolutionSteps m_steps;
    std::int64_t m_kernel = 1, m_groups = 1;
    bool m_packed = false;
};

} // namespace mama

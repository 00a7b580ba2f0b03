#pragma once
#include "core/model/layers/linear.h"

#include <ATen/core/Tensor.h>
#include <cstdint>

namespace mama {

// Along an axis of a picture.
struct ConvolutionSteps
{
    std::int64_t stride = 1;
    std::int64_t low = 0, high = 0; // zeros above and left, below and right
};

// A convolution of square kernels with a BatchNorm folded into it, for inference. One of 1x1 is a product of rows.
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
    const ConvolutionSteps& steps() const { return m_steps; }
    // As given, until pack().
    const at::Tensor& weight() const { return m_weight; }
    const at::Tensor& bias() const { return m_bias; }
    std::int64_t size(std::int64_t side) const; // of what comes out along an axis

    // x [N, in, H, W] -> [N, out, size(H), size(W)]; packed: of the packed type, fastest in channels-last.
    at::Tensor operator()(const at::Tensor& x) const { return run(x, false); }
    at::Tensor swish(const at::Tensor& x) const { return run(x, true); } // y * sigmoid(y) of it
    // Of 1x1, packed: with weights of this picture's own, [out, in] float32; added: undefined or like what comes out.
    at::Tensor with(const at::Tensor& weight, const at::Tensor& x, const at::Tensor& added) const;

private:
    at::Tensor run(const at::Tensor& x, bool swish) const;

    at::Tensor m_weight, m_bias;
    std::optional<Linear> m_rows; // packed, 1x1
    ConvolutionSteps m_steps;
    std::int64_t m_kernel = 1, m_groups = 1;
    bool m_packed = false;
};

} // namespace mama

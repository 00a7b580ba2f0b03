#pragma once
#include "core/model/layers/batch_norm.h"

// What stands between the products of a training step, each in one pass over memory forward and one or two back, with
// gradients. They run on a CPU with AVX-512; take...() says whether they take what is there, else LibTorch's operators
// do.
namespace mama {

// x [..., N] -> float32 [N], the sum over rows; float32 or bfloat16, added in float32 in a fixed order.
at::Tensor columnSums(const at::Tensor& x);

bool takesGelu(const at::Tensor& x); // bfloat16 only: in float32 LibTorch's is as fast and exact to the last bit
at::Tensor trainedGelu(const at::Tensor& x);

// residual + scale * y, float32; scale [N] or undefined. y float32 or bfloat16, as a product gives it.
bool takesScaledSum(const at::Tensor& residual, const at::Tensor& y);
at::Tensor scaledSum(const at::Tensor& residual, const at::Tensor& y, const at::Tensor& scale);

// LayerNorm over the last axis in mixed precision: float32 in, the bfloat16 of the product that follows out.
bool takesLayerNorm(const at::Tensor& x, const at::Tensor& weight);
at::Tensor trainedLayerNorm(const at::Tensor& x, const at::Tensor& weight, const at::Tensor& bias, double eps);

// Euclidean length, summed in float64; infinite or no number where the tensor holds such.
double lengthOf(const at::Tensor& x);

// Training BatchNorm of this batch alone over axis 1, [M, C] or channels-last [N, C, rows, columns]; running statistics
// move. With ReLU the result has x's type, else float32.
struct ColumnNormSettings
{
    double momentum = 0.1, eps = 1e-5;
    bool relu = false;
};
bool takesBatchNorm(const at::Tensor& x);
at::Tensor trainedBatchNorm(const at::Tensor& x, const BatchNormTensors& tensors, const ColumnNormSettings& settings);

} // namespace mama

#pragma once
#include <ATen/core/Tensor.h>

// The few steps for which LibTorch has no fast operator. Each has a plain version in ATen operators, which runs on
// processors without AVX-512 and is what the tests compare the fast one with.
namespace mama::kernels {

// Whether the fast versions run on this processor (AVX-512 F, BW, VL, DQ and VNNI).
bool haveAvx512();
// Whether attention in bfloat16 runs on this processor's tiles (AMX), beside the above.
bool haveAmx();
// For tests and comparisons: false makes every function below take its plain version.
void allowAvx512(bool allow);

struct QuantisedRows
{
    at::Tensor values; // int8 [M, K], symmetric, -127..127
    at::Tensor scales; // float32 [M]: value = scale * int8
};
QuantisedRows quantiseRows(const at::Tensor& rows); // float32 [M, K], contiguous

struct Dequantise
{
    at::Tensor rowScales; // [M]
    at::Tensor outScales; // [N]
    at::Tensor bias;      // [N]
    bool gelu = false;    // exact GELU behind it (error below 2e-7)
    at::Tensor residual;  // [..., N] with M rows, added; undefined: none
};
// sums int32 [M, N] -> float32 [M, N]
at::Tensor dequantise(const at::Tensor& sums, const Dequantise& layer);

// x * sigmoid(x) in place; float32 or bfloat16, in the order of memory.
at::Tensor swish_(at::Tensor x);

// Between the products of a tower in bfloat16, for inference: residual float32 + y -> float32, and LayerNorm over the
// last axis, float32 -> the bfloat16 that the next product takes.
at::Tensor added(const at::Tensor& residual, const at::Tensor& y);
at::Tensor halfLayerNorm(const at::Tensor& x, const at::Tensor& weight, const at::Tensor& bias, double eps);

// Softmax attention without mask over stacked projections: qkv [N, T, 3 * heads * D] -> [N, T, heads * D], with
// scores q.k / sqrt(D). Bf16 in, bf16 out; else float32. int8: scores from int8 queries and keys (one scale a
// token), values as int8 (one scale a channel), weights of 16 bits.
at::Tensor attention(const at::Tensor& qkv, std::int64_t heads, bool int8 = false);

} // namespace mama::kernels

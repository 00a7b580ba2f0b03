#pragma once
#include <ATen/core/Tensor.h>

namespace mama {

// Softmax attention with gradients over stacked projections, qkv [N, T, 3 * heads * D] -> [N, T, heads * D], in tiles
// of queries: what is kept for the gradient is linear in T. float32 or bfloat16 (products in bfloat16, sums in
// float32), on a CPU with AVX-512. The gradient is that of Dao et al. 2022 (FlashAttention), algorithm 4, without the
// tiles of keys.
at::Tensor trainedAttention(const at::Tensor& qkv, std::int64_t heads);

} // namespace mama

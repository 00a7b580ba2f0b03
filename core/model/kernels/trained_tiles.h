#pragma once
#include <ATen/core/Tensor.h>

namespace mama {

// trainedAttention() where the processor has tiles for bfloat16: a head at a time, scores and weights in the caches
// alone. qkv [N, T, 3 * heads * 64] in bfloat16 -> [N, T, heads * 64].
bool takesTiles(const at::Tensor& qkv, std::int64_t heads);
at::Tensor trainedTiles(const at::Tensor& qkv, std::int64_t heads);

} // namespace mama

#pragma once
#include <ATen/core/Tensor.h>
#include <vector>

namespace mama {

// Sequences one after the other in rows.
struct Sequences
{
    std::vector<std::int64_t> starts; // [N + 1]: the row of each one's first token; the last: how many rows there are
    std::vector<std::int64_t>
        keys; // [N]: its first so many tokens are seen, at least one; what is behind them is padding

    static Sequences uniform(std::int64_t count, std::int64_t length); // without padding
    static Sequences padded(const at::Tensor& mask);                   // bool [N, T], right padded, all T rows
    static Sequences packed(const at::Tensor& mask);                   // the same, its real tokens alone
};

// Softmax attention with gradients within short sequences, each head on one core: queries, keys, values [R, heads * D]
// -> [R, heads * D], scores q.k / sqrt(D). float32 or bfloat16 in and out, float32 between. The weights are made anew
// for the gradient. Stacked: qkv [R, 3 * heads * D].
at::Tensor shortAttention(const at::Tensor& queries, const at::Tensor& keys, const at::Tensor& values,
                          std::int64_t heads, const Sequences& sequences);
at::Tensor shortAttention(const at::Tensor& qkv, std::int64_t heads, const Sequences& sequences);

// Whether they take these: gradients wanted, a CPU with AVX-512, heads of a multiple of 16 numbers, at most 512 tokens.
bool canAttendShort(const at::Tensor& projections, std::int64_t dim, std::int64_t longest);

} // namespace mama

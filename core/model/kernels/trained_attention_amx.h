#pragma once
#include <cstddef>
#include <cstdint>

// The gradient of one head's softmax attention in bfloat16 by AMX tiles, weights made anew from the scores, sums in
// float32: Dao et al. 2022 (FlashAttention), algorithm 4, a block of keys at a time. Head dimension 64. Compiled with
// AMX and AVX-512 flags: nothing but these functions may live in that source file.
namespace mama::amx {

// bfloat16, one head's 64 values a token, tokens `stride` values apart.
struct HeadRows
{
    const std::uint16_t* at;
    std::int64_t stride;
};

struct TrainedHead
{
    HeadRows queries, keys, values;
    HeadRows result, flow; // what attention gave, and its gradient
    const float* logSums;  // [tokens], as attend() wrote them
    std::int64_t tokens;
    // Of the gradients, tokens `stride` values apart.
    std::uint16_t *ofQueries, *ofKeys, *ofValues;
    std::int64_t stride;
};

std::int64_t gradientScratchBytes(std::int64_t tokens);
// scratch: gradientScratchBytes(tokens), on a cache line. The thread's tiles are configured as before when it returns.
void attentionGradient(const TrainedHead& head, std::byte* scratch);

} // namespace mama::amx

#pragma once
#include <cstdint>

// One head's softmax attention in bfloat16 by AMX tiles, scores and sums in float32. Head dimension 64. Compiled with
// AMX and AVX-512 flags: nothing but these functions may live in that source file.
namespace mama::amx {

constexpr std::int64_t headDim = 64, blockRows = 32, blockKeys = 32;
inline std::int64_t blocks(std::int64_t tokens) { return (tokens + blockKeys - 1) / blockKeys; }

// Asks the kernel once for the tiles of this process; false: none. The caller has looked for the instructions.
bool tilesAllowed();

// Keys and values, packed: pairs of bfloat16 as the tiles take them, zero behind the last token; this many pairs each.
inline std::int64_t packedPairs(std::int64_t tokens) { return blocks(tokens) * blockKeys * headDim / 2; }
// Rows lie `stride` values apart.
void packHead(const std::uint16_t* keys, const std::uint16_t* values, std::int64_t stride, std::int64_t tokens,
              std::uint32_t* packedKeys, std::uint32_t* packedValues);

struct AttentionBlock
{
    const std::uint16_t* queries; // at the head's first row; rows `queryStride` apart
    std::int64_t queryStride;
    std::uint16_t* out; // likewise
    std::int64_t outStride;
    std::int64_t tokens, first, count; // rows first..first+count-1, count <= blockRows
    float* scratch;                    // scratchFloats(tokens), on a cache line
    float* logSums = nullptr;          // [tokens], log2 of each row's sum of exp(scores), for its gradient; null: none
};
inline std::int64_t scratchFloats(std::int64_t tokens)
{
    return blockRows * (blocks(tokens) * blockKeys * 3 / 2 + headDim * 3 / 2);
}
// With scores q.k / sqrt(64). The thread's tiles are configured as before when it returns.
void attend(const AttentionBlock& block, const std::uint32_t* packedKeys, const std::uint32_t* packedValues);

} // namespace mama::amx

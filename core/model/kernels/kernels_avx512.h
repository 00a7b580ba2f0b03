#pragma once
#include <cstdint>

// AVX-512 loops behind kernels.h, over raw memory and a range of rows, so that the caller shares the range out to
// its threads. Compiled with AVX-512 flags: nothing but these functions may live in that source file.
namespace mama::avx512 {

// values int8 [rows, width], scales [rows] from x float [rows, width]; rows first..last-1.
void quantiseRows(const float* x, std::int8_t* values, float* scales, std::int64_t width, std::int64_t first,
                  std::int64_t last);

struct DequantiseArguments
{
    const std::int32_t* sums; // [rows, width]
    const float* rowScales;   // [rows]
    const float* outScales;   // [width]
    const float* bias;        // [width]
    const float* residual;    // [rows, width] or null
    float* out;               // [rows, width]
    std::int64_t width;
    bool gelu;
};
void dequantise(const DequantiseArguments& a, std::int64_t first, std::int64_t last);

// One head's attention. Head dimension 64. Keys and values are first packed into tiles of 64 tokens.
constexpr std::int64_t headDim = 64, tileKeys = 64, blockRows = 24;
inline std::int64_t tiles(std::int64_t tokens) { return (tokens + tileKeys - 1) / tileKeys; }

// Float: keys as [tile][64 dims][64 keys], values as [tile][64 keys][64 dims]; zero behind the last token.
// Rows of keys and values lie `stride` floats apart.
void packHead(const float* keys, const float* values, std::int64_t stride, std::int64_t tokens, float* packedKeys,
              float* packedValues);
// Query rows first..first+count-1 (count <= blockRows). queries and out are at the head's first row.
// scratch: blockRows * (tiles(tokens) * tileKeys + 2 * headDim) floats.
struct AttentionBlock
{
    const float* queries;
    std::int64_t queryStride;
    float* out;
    std::int64_t outStride;
    std::int64_t tokens, first, count;
    float* scratch;
};
void attend(const AttentionBlock& block, const float* packedKeys, const float* packedValues);

// Int8: keys less their mean over the tokens (softmax does not see it), four dimensions side by side for VNNI
// [tile][16][64 keys][4]; values [tile][16][64 dims][4 keys].
struct Int8Head
{
    std::int8_t *keys, *values;
    float* keyScales;      // [tiles * 64]
    std::int32_t* keySums; // [tiles * 64], 128 * sum over dims: takes the queries' offset back
    float* valueScales;    // [64]
};
void packHeadInt8(const float* keys, const float* values, std::int64_t stride, std::int64_t tokens,
                  const Int8Head& head);
void attendInt8(const AttentionBlock& block, const Int8Head& head);
std::int64_t scratchFloats(std::int64_t tokens); // enough for either

} // namespace mama::avx512

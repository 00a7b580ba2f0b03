#include "core/model/kernels/attention_amx.h"

#include "core/model/kernels/amx_tiles.h"

#include <sys/syscall.h>
#include <unistd.h>

namespace mama::amx {
namespace {

using avx512::lanes;

// scores [32, 32] = rows [32, 64] by 32 packed keys, over the 64 dimensions; scores in rows of `padded` floats.
void scoreTile(const std::uint16_t* rows, const std::uint32_t* keys, float* scores, std::int64_t padded)
{
    zeroSums();
    for (int half = 0; half < 2; ++half) { // of the dimensions
        _tile_loadd(4, rows + half * 32, headDim * 2);
        _tile_loadd(5, rows + half * 32 + 16 * headDim, headDim * 2);
        _tile_loadd(6, keys + half * tilePairs, rowBytes);
        _tile_loadd(7, keys + (2 + half) * tilePairs, rowBytes);
        _tile_dpbf16ps(0, 4, 6);
        _tile_dpbf16ps(1, 4, 7);
        _tile_dpbf16ps(2, 5, 6);
        _tile_dpbf16ps(3, 5, 7);
    }
    _tile_stored(0, scores, padded * 4);
    _tile_stored(1, scores + 16, padded * 4);
    _tile_stored(2, scores + 16 * padded, padded * 4);
    _tile_stored(3, scores + 16 * padded + 16, padded * 4);
}

// sums [16, 64] = weights [16, padded] values, of 16 rows.
void sumTiles(const std::uint16_t* weights, const std::uint32_t* values, float* sums, std::int64_t padded)
{
    zeroSums();
    for (std::int64_t block = 0; block < padded / blockKeys; ++block) {
        const std::uint32_t* of = values + block * 4 * tilePairs;
        _tile_loadd(4, weights + block * blockKeys, padded * 2);
        _tile_loadd(5, of, rowBytes);
        _tile_dpbf16ps(0, 4, 5);
        _tile_loadd(6, of + tilePairs, rowBytes);
        _tile_dpbf16ps(1, 4, 6);
        _tile_loadd(7, of + 2 * tilePairs, rowBytes);
        _tile_dpbf16ps(2, 4, 7);
        _tile_loadd(5, of + 3 * tilePairs, rowBytes);
        _tile_dpbf16ps(3, 4, 5);
    }
    _tile_stored(0, sums, headDim * 4);
    _tile_stored(1, sums + 16, headDim * 4);
    _tile_stored(2, sums + 32, headDim * 4);
    _tile_stored(3, sums + 48, headDim * 4);
}

struct RowSum
{
    float sum, top; // of weights relative to 2^top
};

// Scores -> weights relative to the largest, as bfloat16. Behind `tokens` up to `padded`: 0.
RowSum softmaxRow(const float* scores, std::uint16_t* weights, std::int64_t tokens, std::int64_t padded)
{
    __m512 largest = _mm512_set1_ps(-3.4e38F);
    std::int64_t i = 0;
    for (; i + lanes <= tokens; i += lanes)
        largest = _mm512_max_ps(largest, _mm512_loadu_ps(scores + i));
    if (i < tokens)
        largest = _mm512_mask_max_ps(largest, avx512::maskOf(tokens - i), largest, _mm512_loadu_ps(scores + i));
    const __m512 scale = _mm512_set1_ps(0.125F * avx512::log2OfE);
    const float highest = _mm512_reduce_max_ps(largest) * 0.125F * avx512::log2OfE;
    const __m512 top = _mm512_set1_ps(highest);
    __m512 sum = _mm512_setzero_ps();
    for (i = 0; i < padded; i += lanes) {
        const __mmask16 mask = tokens > i ? avx512::maskOf(tokens - i) : static_cast<__mmask16>(0);
        const __m512 weight =
            _mm512_maskz_mov_ps(mask, power(_mm512_fmsub_ps(_mm512_loadu_ps(scores + i), scale, top)));
        const __m512i rounded = _mm512_add_epi32(_mm512_castps_si512(weight), _mm512_set1_epi32(0x8000));
        sum = _mm512_add_ps(sum, weight);
        _mm256_storeu_si256(reinterpret_cast<__m256i*>(weights + i),
                            _mm512_cvtepi32_epi16(_mm512_srli_epi32(rounded, 16)));
    }
    return {_mm512_reduce_add_ps(sum), highest};
}

} // namespace

bool tilesAllowed()
{
    constexpr long ask = 0x1023, tileData = 18; // ARCH_REQ_XCOMP_PERM, XFEATURE_XTILEDATA
    static const bool allowed = ::syscall(SYS_arch_prctl, ask, tileData) == 0;
    return allowed;
}

void packHead(const std::uint16_t* keys, const std::uint16_t* values, std::int64_t stride, std::int64_t tokens,
              std::uint32_t* packedKeys, std::uint32_t* packedValues)
{
    for (std::int64_t block = 0; block < blocks(tokens); ++block) {
        std::uint32_t* keyTiles = packedKeys + block * 4 * tilePairs;     // [16 keys: 2][half: 2][pair of 32 dims][key]
        std::uint32_t* valueTiles = packedValues + block * 4 * tilePairs; // [16 dims: 4][pair of keys][dim]
        for (std::int64_t tile = 0; tile < 4; ++tile) {
            __m512i rows[lanes];
            for (std::int64_t k = 0; k < lanes; ++k) {
                const std::int64_t token = block * blockKeys + tile / 2 * lanes + k;
                rows[k] =
                    token < tokens ? _mm512_loadu_si512(keys + token * stride + tile % 2 * 32) : _mm512_setzero_si512();
            }
            turn(rows);
            for (std::int64_t pair = 0; pair < lanes; ++pair)
                _mm512_storeu_si512(keyTiles + tile * tilePairs + pair * lanes, rows[pair]);
        }
        for (std::int64_t k = 0; k < blockKeys; k += 2)
            for (std::int64_t d = 0; d < headDim; d += lanes) {
                const std::int64_t token = block * blockKeys + k;
                const auto row = [&](std::int64_t at) {
                    return at < tokens ? _mm512_cvtepu16_epi32(_mm256_loadu_si256(
                                             reinterpret_cast<const __m256i*>(values + at * stride + d)))
                                       : _mm512_setzero_si512();
                };
                _mm512_storeu_si512(valueTiles + d / 16 * tilePairs + k / 2 * 16,
                                    _mm512_or_si512(row(token), _mm512_slli_epi32(row(token + 1), 16)));
            }
    }
}

void attend(const AttentionBlock& block, const std::uint32_t* packedKeys, const std::uint32_t* packedValues)
{
    const std::int64_t padded = blocks(block.tokens) * blockKeys;
    float* scores = block.scratch;
    float* sums = scores + blockRows * padded;
    auto* weights = reinterpret_cast<std::uint16_t*>(sums + blockRows * headDim);
    std::uint16_t* queries = weights + blockRows * padded;
    for (std::int64_t r = 0; r < blockRows; ++r)
        for (std::int64_t d = 0; d < headDim; d += 32)
            _mm512_storeu_si512(queries + r * headDim + d,
                                r < block.count
                                    ? _mm512_loadu_si512(block.queries + (block.first + r) * block.queryStride + d)
                                    : _mm512_setzero_si512());
    const Tiles tiles;
    for (std::int64_t k = 0; k < padded; k += blockKeys)
        scoreTile(queries, packedKeys + k / blockKeys * 4 * tilePairs, scores + k, padded);
    float inverse[blockRows];
    for (std::int64_t r = 0; r < blockRows; ++r) {
        const RowSum row = softmaxRow(scores + r * padded, weights + r * padded, block.tokens, padded);
        inverse[r] = 1.0F / row.sum;
        if (block.logSums && r < block.count)
            block.logSums[block.first + r] = row.top + __builtin_log2f(row.sum);
    }
    for (std::int64_t r = 0; r < blockRows; r += 16)
        sumTiles(weights + r * padded, packedValues, sums + r * headDim, padded);
    for (std::int64_t r = 0; r < block.count; ++r)
        for (std::int64_t d = 0; d < headDim; d += lanes)
            avx512::store(block.out + (block.first + r) * block.outStride + d,
                          _mm512_mul_ps(_mm512_loadu_ps(sums + r * headDim + d), _mm512_set1_ps(inverse[r])));
}

} // namespace mama::amx

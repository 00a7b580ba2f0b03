#include "core/model/kernels/attention_amx.h"

#include "core/model/kernels/avx512_math.h"

#include <sys/syscall.h>
#include <unistd.h>

namespace mama::amx {
namespace {

using avx512::lanes;

struct alignas(64) TileShape // of all eight: 16 rows of 64 bytes
{
    std::uint8_t palette = 1, startRow = 0, reserved[14] = {};
    std::uint16_t bytes[16] = {64, 64, 64, 64, 64, 64, 64, 64};
    std::uint8_t rows[16] = {16, 16, 16, 16, 16, 16, 16, 16};
};

// oneDNN remembers how it left a thread's tiles: they are left as they were.
class Tiles
{
public:
    Tiles()
    {
        _tile_storeconfig(m_before);
        const TileShape wanted;
        _tile_loadconfig(&wanted);
    }
    ~Tiles()
    {
        if (m_before[0] == 0)
            _tile_release();
        else
            _tile_loadconfig(m_before);
    }
    Tiles(const Tiles&) = delete;
    Tiles& operator=(const Tiles&) = delete;

private:
    alignas(64) std::uint8_t m_before[64];
};

constexpr std::int64_t tilePairs = 256, rowBytes = 64;

// 32 queries by 32 keys, over the 64 dimensions; scores in rows of `padded` floats.
void scoreTile(const std::uint16_t* queries, const std::uint32_t* keys, float* scores, std::int64_t padded)
{
    _tile_zero(0);
    _tile_zero(1);
    _tile_zero(2);
    _tile_zero(3);
    for (int half = 0; half < 2; ++half) { // of the dimensions
        _tile_loadd(4, queries + half * 32, headDim * 2);
        _tile_loadd(5, queries + half * 32 + 16 * headDim, headDim * 2);
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
    _tile_zero(0);
    _tile_zero(1);
    _tile_zero(2);
    _tile_zero(3);
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

// 2^x for x <= 0, relative error below 1e-4: for weights of eight bits.
inline __m512 power(__m512 x)
{
    const __m512 shift = _mm512_set1_ps(12582912); // 1.5 * 2^23: a float plus this one is rounded to a whole number
    const __m512 from = _mm512_max_ps(_mm512_set1_ps(-120), x); // in this order a NaN stays one
    const __m512 shifted = _mm512_add_ps(from, shift), part = _mm512_sub_ps(from, _mm512_sub_ps(shifted, shift));
    __m512 p = _mm512_fmadd_ps(_mm512_set1_ps(5.517160519957542e-2F), part, _mm512_set1_ps(2.426111102104187e-1F));
    p = _mm512_fmadd_ps(p, part, _mm512_set1_ps(6.932609677314758e-1F));
    p = _mm512_fmadd_ps(p, part, _mm512_set1_ps(9.999280571937561e-1F));
    return _mm512_castsi512_ps(
        _mm512_add_epi32(_mm512_castps_si512(p), _mm512_slli_epi32(_mm512_castps_si512(shifted), 23)));
}

// Scores -> weights relative to the largest, as bfloat16; returns their sum. Behind `tokens` up to `padded`: 0.
float softmaxRow(const float* scores, std::uint16_t* weights, std::int64_t tokens, std::int64_t padded)
{
    __m512 largest = _mm512_set1_ps(-3.4e38F);
    std::int64_t i = 0;
    for (; i + lanes <= tokens; i += lanes)
        largest = _mm512_max_ps(largest, _mm512_loadu_ps(scores + i));
    if (i < tokens)
        largest = _mm512_mask_max_ps(largest, avx512::maskOf(tokens - i), largest, _mm512_loadu_ps(scores + i));
    const __m512 scale = _mm512_set1_ps(0.125F * avx512::log2OfE);
    const __m512 top = _mm512_set1_ps(_mm512_reduce_max_ps(largest) * 0.125F * avx512::log2OfE);
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
    return _mm512_reduce_add_ps(sum);
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
        for (std::int64_t k = 0; k < blockKeys; ++k) {
            const std::int64_t token = block * blockKeys + k;
            for (std::int64_t pair = 0; pair < headDim / 2; ++pair) {
                std::uint32_t both = 0;
                if (token < tokens)
                    __builtin_memcpy(&both, keys + token * stride + 2 * pair, 4);
                keyTiles[(k / 16 * 2 + pair / 16) * tilePairs + pair % 16 * 16 + k % 16] = both;
            }
        }
        for (std::int64_t k = 0; k < blockKeys; k += 2) {
            const std::int64_t token = block * blockKeys + k;
            for (std::int64_t d = 0; d < headDim; ++d) {
                const std::uint32_t low = token < tokens ? values[token * stride + d] : 0;
                const std::uint32_t high = token + 1 < tokens ? values[(token + 1) * stride + d] : 0;
                valueTiles[d / 16 * tilePairs + k / 2 * 16 + d % 16] = low | high << 16;
            }
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
    for (std::int64_t r = 0; r < blockRows; ++r)
        inverse[r] = 1.0F / softmaxRow(scores + r * padded, weights + r * padded, block.tokens, padded);
    for (std::int64_t r = 0; r < blockRows; r += 16)
        sumTiles(weights + r * padded, packedValues, sums + r * headDim, padded);
    for (std::int64_t r = 0; r < block.count; ++r)
        for (std::int64_t d = 0; d < headDim; d += lanes)
            avx512::store(block.out + (block.first + r) * block.outStride + d,
                          _mm512_mul_ps(_mm512_loadu_ps(sums + r * headDim + d), _mm512_set1_ps(inverse[r])));
}

} // namespace mama::amx

#include "core/model/kernels/kernels_avx512.h"

#include "core/model/kernels/avx512_math.h"

namespace mama::avx512 {
namespace {

// c [R, 64] (+)= a [R, 64] b [64, 64]; a has rows of `lda` floats, c of `ldc`.
template <int R>
__attribute__((noinline)) void multiplyTile(const float* a, std::int64_t lda, const float* b, float* c,
                                            std::int64_t ldc, bool accumulate)
{
    __m512 sum[R][4];
#pragma GCC unroll 6
    for (int r = 0; r < R; ++r)
#pragma GCC unroll 4
        for (int n = 0; n < 4; ++n)
            sum[r][n] = accumulate ? _mm512_loadu_ps(c + r * ldc + n * lanes) : _mm512_setzero_ps();
    for (int k = 0; k < 64; ++k) {
        __m512 row[4];
#pragma GCC unroll 4
        for (int n = 0; n < 4; ++n)
            row[n] = _mm512_load_ps(b + k * 64 + n * lanes);
#pragma GCC unroll 6
        for (int r = 0; r < R; ++r) {
            const __m512 factor = _mm512_set1_ps(a[r * lda + k]);
#pragma GCC unroll 4
            for (int n = 0; n < 4; ++n)
                sum[r][n] = _mm512_fmadd_ps(factor, row[n], sum[r][n]);
        }
    }
#pragma GCC unroll 6
    for (int r = 0; r < R; ++r)
#pragma GCC unroll 4
        for (int n = 0; n < 4; ++n)
            _mm512_storeu_ps(c + r * ldc + n * lanes, sum[r][n]);
}

// c int32 [R, 64] (+)= a uint8 [R, 64] b int8 [16][64][4]
template <int R>
__attribute__((noinline)) void multiplyTileInt8(const std::uint8_t* a, std::int64_t lda, const std::int8_t* b,
                                                std::int32_t* c, std::int64_t ldc, bool accumulate)
{
    __m512i sum[R][4];
#pragma GCC unroll 6
    for (int r = 0; r < R; ++r)
#pragma GCC unroll 4
        for (int n = 0; n < 4; ++n)
            sum[r][n] = accumulate ? _mm512_loadu_si512(c + r * ldc + n * lanes) : _mm512_setzero_si512();
#pragma GCC unroll 1
    for (int k = 0; k < 16; ++k) {
        __m512i row[4];
#pragma GCC unroll 4
        for (int n = 0; n < 4; ++n)
            row[n] = _mm512_load_si512(b + (k * 64 + n * lanes) * 4);
#pragma GCC unroll 6
        for (int r = 0; r < R; ++r) {
            std::int32_t four;
            __builtin_memcpy(&four, a + r * lda + k * 4, 4);
            const __m512i factor = _mm512_set1_epi32(four);
#pragma GCC unroll 4
            for (int n = 0; n < 4; ++n)
                asm("vpdpbusd %2, %1, %0"
                    : "+v"(sum[r][n])
                    : "v"(factor), "v"(row[n])); // GCC 12 copies the sums around its intrinsic
        }
    }
#pragma GCC unroll 6
    for (int r = 0; r < R; ++r)
#pragma GCC unroll 4
        for (int n = 0; n < 4; ++n)
            _mm512_storeu_si512(c + r * ldc + n * lanes, sum[r][n]);
}

// Scores in units of log2 -> weights relative to the largest; returns their sum. Behind `tokens` up to `padded`: 0.
inline float softmaxRow(float* row, std::int64_t tokens, std::int64_t padded)
{
    __m512 largest = _mm512_set1_ps(-3.4e38F);
    for (std::int64_t i = 0; i < tokens; i += lanes)
        largest = _mm512_mask_max_ps(largest, maskOf(tokens - i), largest, _mm512_loadu_ps(row + i));
    const __m512 top = _mm512_set1_ps(_mm512_reduce_max_ps(largest));
    __m512 sum = _mm512_setzero_ps();
    for (std::int64_t i = 0; i < padded; i += lanes) {
        const __mmask16 mask = tokens > i ? maskOf(tokens - i) : static_cast<__mmask16>(0);
        const __m512 weight = _mm512_maskz_mov_ps(mask, exp2(_mm512_sub_ps(_mm512_loadu_ps(row + i), top)));
        sum = _mm512_add_ps(sum, weight);
        _mm512_storeu_ps(row + i, weight);
    }
    return _mm512_reduce_add_ps(sum);
}

// Where a block's intermediate arrays lie in its scratch memory; `padded` keys.
struct Scratch
{
    Scratch(float* memory, std::int64_t padded)
        : scores(memory), queries(memory + blockRows * padded), sums(queries + blockRows * headDim)
    {}
    float *scores, *queries, *sums;
};

constexpr float scoreScale = 0.125F * 1.44269504089F; // 1 / sqrt(64), and 2^x instead of e^x

inline float largestOf(const float* x, std::int64_t width)
{
    __m512 largest = _mm512_setzero_ps();
    for (std::int64_t i = 0; i < width; i += lanes)
        largest = _mm512_max_ps(largest, _mm512_abs_ps(_mm512_maskz_loadu_ps(maskOf(width - i), x + i)));
    return _mm512_reduce_max_ps(largest);
}

inline __m128i toInt8(__m512 x, __m512 inverse)
{
    return _mm512_cvtsepi32_epi8(_mm512_cvtps_epi32(_mm512_mul_ps(x, inverse)));
}

// Rows of a block's queries as integers + 128, each with the scale of its scores.
void toBytes(const AttentionBlock& block, std::uint8_t* queries, float* queryScale)
{
    for (std::int64_t r = 0; r < block.count; ++r) {
        const float* from = block.queries + (block.first + r) * block.queryStride;
        const float largest = largestOf(from, headDim);
        const float scale = largest > 1e-30F ? largest / 127.0F : 1e-30F;
        queryScale[r] = scale * scoreScale;
        for (std::int64_t d = 0; d < headDim; d += lanes) {
            const __m128i part = toInt8(_mm512_loadu_ps(from + d), _mm512_set1_ps(1.0F / scale));
            _mm_storeu_si128(reinterpret_cast<__m128i*>(queries + r * headDim + d),
                             _mm_xor_si128(part, _mm_set1_epi8(-128))); // + 128
        }
    }
}

} // namespace

void quantiseRows(const float* x, std::int8_t* values, float* scales, std::int64_t width, std::int64_t first,
                  std::int64_t last)
{
    for (std::int64_t row = first; row < last; ++row) {
        const float* from = x + row * width;
        const float largest = largestOf(from, width);
        const float scale = largest > 1e-30F ? largest / 127.0F : 1e-30F;
        scales[row] = scale;
        const __m512 inverse = _mm512_set1_ps(1.0F / scale);
        for (std::int64_t i = 0; i < width; i += lanes) {
            const __mmask16 mask = maskOf(width - i);
            _mm_mask_storeu_epi8(values + row * width + i, mask,
                                 toInt8(_mm512_maskz_loadu_ps(mask, from + i), inverse));
        }
    }
}

void dequantise(const DequantiseArguments& a, std::int64_t first, std::int64_t last)
{
    for (std::int64_t row = first; row < last; ++row) {
        const __m512 rowScale = _mm512_set1_ps(a.rowScales[row]);
        for (std::int64_t i = 0; i < a.width; i += lanes) {
            const __mmask16 mask = maskOf(a.width - i);
            const std::int64_t at = row * a.width + i;
            const __m512 scale = _mm512_mul_ps(rowScale, _mm512_maskz_loadu_ps(mask, a.outScales + i));
            __m512 y = _mm512_fmadd_ps(_mm512_cvtepi32_ps(_mm512_maskz_loadu_epi32(mask, a.sums + at)), scale,
                                       _mm512_maskz_loadu_ps(mask, a.bias + i));
            if (a.gelu)
                y = gelu(y);
            if (a.residual)
                y = _mm512_add_ps(y, _mm512_maskz_loadu_ps(mask, a.residual + at));
            _mm512_mask_storeu_ps(a.out + at, mask, y);
        }
    }
}

std::int64_t scratchFloats(std::int64_t tokens)
{
    // scores, queries, two tiles of sums; int8 weights take half of a row of floats once more.
    return blockRows * (tiles(tokens) * tileKeys * 2 + 3 * headDim);
}

void packHead(const float* keys, const float* values, std::int64_t stride, std::int64_t tokens, float* packedKeys,
              float* packedValues)
{
    for (std::int64_t tile = 0; tile < tiles(tokens); ++tile) {
        float* keyTile = packedKeys + tile * tileKeys * headDim;
        float* valueTile = packedValues + tile * tileKeys * headDim;
        for (std::int64_t j = 0; j < tileKeys; ++j) {
            const std::int64_t token = tile * tileKeys + j;
            const bool real = token < tokens;
            for (std::int64_t d = 0; d < headDim; ++d) {
                keyTile[d * tileKeys + j] = real ? keys[token * stride + d] : 0.0F;
                valueTile[j * headDim + d] = real ? values[token * stride + d] : 0.0F;
            }
        }
    }
}

void attend(const AttentionBlock& block, const float* packedKeys, const float* packedValues)
{
    const std::int64_t padded = tiles(block.tokens) * tileKeys;
    const Scratch scratch(block.scratch, padded);
    for (std::int64_t r = 0; r < blockRows; ++r)
        for (std::int64_t d = 0; d < headDim; ++d)
            scratch.queries[r * headDim + d] =
                r < block.count ? block.queries[(block.first + r) * block.queryStride + d] * scoreScale : 0.0F;
    for (std::int64_t tile = 0; tile < tiles(block.tokens); ++tile)
        for (int r = 0; r < blockRows; r += 6)
            multiplyTile<6>(scratch.queries + r * headDim, headDim, packedKeys + tile * tileKeys * headDim,
                            scratch.scores + r * padded + tile * tileKeys, padded, false);
    float inverse[blockRows];
    for (std::int64_t r = 0; r < blockRows; ++r)
        inverse[r] = 1.0F / softmaxRow(scratch.scores + r * padded, block.tokens, padded);
    for (std::int64_t tile = 0; tile < tiles(block.tokens); ++tile)
        for (int r = 0; r < blockRows; r += 6)
            multiplyTile<6>(scratch.scores + r * padded + tile * tileKeys, padded,
                            packedValues + tile * tileKeys * headDim, scratch.sums + r * headDim, headDim, tile > 0);
    for (std::int64_t r = 0; r < block.count; ++r)
        for (std::int64_t d = 0; d < headDim; ++d)
            block.out[(block.first + r) * block.outStride + d] = scratch.sums[r * headDim + d] * inverse[r];
}

void packHeadInt8(const float* keys, const float* values, std::int64_t stride, std::int64_t tokens,
                  const Int8Head& head)
{
    float mean[headDim] = {}, largestValue[headDim] = {};
    for (std::int64_t t = 0; t < tokens; ++t)
        for (std::int64_t d = 0; d < headDim; ++d) {
            mean[d] += keys[t * stride + d];
            const float size = __builtin_fabsf(values[t * stride + d]);
            largestValue[d] = largestValue[d] > size ? largestValue[d] : size;
        }
    float inverseValue[headDim];
    for (std::int64_t d = 0; d < headDim; ++d) {
        mean[d] /= static_cast<float>(tokens);
        head.valueScales[d] = largestValue[d] > 1e-30F ? largestValue[d] / 127.0F : 1e-30F;
        inverseValue[d] = 1.0F / head.valueScales[d];
    }
    for (std::int64_t t = 0; t < tiles(tokens) * tileKeys; ++t) {
        std::int8_t* key = head.keys + (t / tileKeys) * tileKeys * headDim + (t % tileKeys) * 4;
        std::int8_t* value =
            head.values + (t / tileKeys) * tileKeys * headDim + (t % tileKeys / 4) * 4 * headDim + t % 4;
        float centred[headDim];
        for (std::int64_t d = 0; d < headDim; ++d)
            centred[d] = t < tokens ? keys[t * stride + d] - mean[d] : 0.0F;
        const float largest = largestOf(centred, headDim);
        head.keyScales[t] = largest > 1e-30F ? largest / 127.0F : 1e-30F;
        const __m512 inverse = _mm512_set1_ps(1.0F / head.keyScales[t]);
        std::int32_t sum = 0;
        for (std::int64_t d = 0; d < headDim; d += lanes) {
            alignas(16) std::int8_t part[lanes];
            _mm_store_si128(reinterpret_cast<__m128i*>(part), toInt8(_mm512_loadu_ps(centred + d), inverse));
            for (std::int64_t i = 0; i < lanes; i += 4)
                __builtin_memcpy(key + (d + i) * tileKeys, part + i, 4);
            for (const std::int8_t one : part)
                sum += one;
            if (t < tokens)
                _mm_store_si128(reinterpret_cast<__m128i*>(part),
                                toInt8(_mm512_loadu_ps(values + t * stride + d), _mm512_loadu_ps(inverseValue + d)));
            else
                _mm_store_si128(reinterpret_cast<__m128i*>(part), _mm_setzero_si128());
            for (std::int64_t i = 0; i < lanes; ++i)
                value[(d + i) * 4] = part[i];
        }
        head.keySums[t] = 128 * sum;
    }
}

void attendInt8(const AttentionBlock& block, const Int8Head& head)
{
    const std::int64_t padded = tiles(block.tokens) * tileKeys;
    const Scratch scratch(block.scratch, padded);
    alignas(64) std::uint8_t queries[blockRows * headDim] = {};
    float queryScale[blockRows] = {}, inverse[blockRows];
    toBytes(block, queries, queryScale);
    // Scores: the integer sums lie where the floats will.
    for (std::int64_t tile = 0; tile < tiles(block.tokens); ++tile)
        for (int r = 0; r < blockRows; r += 6)
            multiplyTileInt8<6>(queries + r * headDim, headDim, head.keys + tile * tileKeys * headDim,
                                reinterpret_cast<std::int32_t*>(scratch.scores) + r * padded + tile * tileKeys, padded,
                                false);
    // Weights of 16 bits, as a high and a low byte: two products with 8-bit values keep weights that are small
    // beside the largest.
    auto* high = reinterpret_cast<std::uint8_t*>(scratch.sums + 2 * blockRows * headDim);
    std::uint8_t* low = high + blockRows * padded;
    for (std::int64_t r = 0; r < blockRows; ++r) {
        float* row = scratch.scores + r * padded;
        const __m512 scale = _mm512_set1_ps(queryScale[r]);
        for (std::int64_t i = 0; i < padded; i += lanes) {
            const __m512i sum = _mm512_sub_epi32(_mm512_loadu_si512(row + i), _mm512_loadu_si512(head.keySums + i));
            _mm512_storeu_ps(row + i, _mm512_mul_ps(_mm512_cvtepi32_ps(sum),
                                                    _mm512_mul_ps(scale, _mm512_loadu_ps(head.keyScales + i))));
        }
        inverse[r] = 1.0F / (softmaxRow(row, block.tokens, padded) * 65535.0F);
        for (std::int64_t i = 0; i < padded; i += lanes) {
            const __m512i weight =
                _mm512_cvtps_epi32(_mm512_mul_ps(_mm512_loadu_ps(row + i), _mm512_set1_ps(65535.0F)));
            _mm_storeu_si128(reinterpret_cast<__m128i*>(high + r * padded + i),
                             _mm512_cvtepi32_epi8(_mm512_srli_epi32(weight, 8)));
            _mm_storeu_si128(reinterpret_cast<__m128i*>(low + r * padded + i), _mm512_cvtepi32_epi8(weight));
        }
    }
    auto* highSums = reinterpret_cast<std::int32_t*>(scratch.sums);
    std::int32_t* lowSums = highSums + blockRows * headDim;
    for (std::int64_t tile = 0; tile < tiles(block.tokens); ++tile)
        for (int r = 0; r < blockRows; r += 6) {
            const std::int8_t* values = head.values + tile * tileKeys * headDim;
            multiplyTileInt8<6>(high + r * padded + tile * tileKeys, padded, values, highSums + r * headDim, headDim,
                                tile > 0);
            multiplyTileInt8<6>(low + r * padded + tile * tileKeys, padded, values, lowSums + r * headDim, headDim,
                                tile > 0);
        }
    for (std::int64_t r = 0; r < block.count; ++r)
        for (std::int64_t d = 0; d < headDim; ++d) {
            const float sum =
                static_cast<float>(highSums[r * headDim + d]) * 256.0F + static_cast<float>(lowSums[r * headDim + d]);
            block.out[(block.first + r) * block.outStride + d] = sum * head.valueScales[d] * inverse[r];
        }
}

} // namespace mama::avx512

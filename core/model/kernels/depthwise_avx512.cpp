#include "core/model/kernels/depthwise_avx512.h"

#include "core/model/kernels/avx512_math.h"

namespace mama::avx512 {
namespace {

// 2^whole * part, for whole numbers within a float's exponents that lie in the last bits of `shifted`.
constexpr float shift = 12582912; // 1.5 * 2^23: a float plus this one is rounded to a whole number
inline __m512 times2To(__m512 shifted, __m512 part)
{
    return _mm512_castsi512_ps(
        _mm512_add_epi32(_mm512_castps_si512(part), _mm512_slli_epi32(_mm512_castps_si512(shifted), 23)));
}

// y / (1 + e^-y). The minimax polynomial of 2^x on [-1/2, 1/2] of degree 5 for floats (relative error below 1e-6), of 3
// (2e-4) where the result keeps eight bits.
template <bool Float>
inline __m512 swished(__m512 y)
{
    // In this order a NaN stays one.
    const __m512 above = _mm512_max_ps(_mm512_set1_ps(-80), y), from = _mm512_min_ps(above, _mm512_set1_ps(80));
    const __m512 scale = _mm512_set1_ps(-log2OfE);
    const __m512 shifted = _mm512_fmadd_ps(from, scale, _mm512_set1_ps(shift));
    const __m512 x = _mm512_fmsub_ps(from, scale, _mm512_sub_ps(shifted, _mm512_set1_ps(shift)));
    __m512 p;
    if constexpr (Float) {
        p = _mm512_fmadd_ps(_mm512_set1_ps(1.327646430581808e-3F), x, _mm512_set1_ps(9.675540961325169e-3F));
        p = _mm512_fmadd_ps(p, x, _mm512_set1_ps(5.550713464617729e-2F));
        p = _mm512_fmadd_ps(p, x, _mm512_set1_ps(2.402212023735046e-1F));
    } else {
        p = _mm512_fmadd_ps(_mm512_set1_ps(5.517160519957542e-2F), x, _mm512_set1_ps(2.426111102104187e-1F));
    }
    p = _mm512_fmadd_ps(p, x, _mm512_set1_ps(Float ? 6.931469440460205e-1F : 6.932609677314758e-1F));
    p = _mm512_fmadd_ps(p, x, _mm512_set1_ps(Float ? 1.0F : 9.999280571937561e-1F));
    const __m512 below = _mm512_add_ps(times2To(shifted, p), _mm512_set1_ps(1)), guess = _mm512_rcp14_ps(below);
    if constexpr (Float)
        return _mm512_mul_ps(above, _mm512_mul_ps(guess, _mm512_fnmadd_ps(below, guess, _mm512_set1_ps(2))));
    return _mm512_mul_ps(above, guess);
}

// Sixteen channels as floats: one vector a pixel.
struct Floats
{
    using Value = float;
    static constexpr int parts = 1, channels = lanes;
    static void load(const float* from, std::int64_t left, __m512 (&x)[parts])
    {
        x[0] = _mm512_maskz_loadu_ps(maskOf(left), from);
    }
    static void store(float* to, std::int64_t left, const __m512 (&x)[parts])
    {
        _mm512_mask_storeu_ps(to, maskOf(left), x[0]);
    }
};

// 32 channels as bfloat16: their bits are the upper halves of floats, so that the odd ones lie ready in a load.
struct Halves
{
    using Value = std::uint16_t;
    static constexpr int parts = 2, channels = 2 * lanes;
    static void load(const std::uint16_t* from, std::int64_t left, __m512 (&x)[parts])
    {
        const __m512i both = _mm512_maskz_loadu_epi32(maskOf(left / 2), from);
        x[0] = _mm512_castsi512_ps(_mm512_slli_epi32(both, 16));
        x[1] = _mm512_castsi512_ps(_mm512_and_si512(both, _mm512_set1_epi32(static_cast<int>(0xFFFF0000U))));
    }
    static __m512i rounded(__m512 x) // to the nearest, ties away from zero; the upper half
    {
        return _mm512_add_epi32(_mm512_castps_si512(x), _mm512_set1_epi32(0x8000));
    }
    static void store(std::uint16_t* to, std::int64_t left, const __m512 (&x)[parts])
    {
        const __m512i even = _mm512_srli_epi32(rounded(x[0]), 16);
        _mm512_mask_storeu_epi32(to, maskOf(left / 2), _mm512_mask_blend_epi16(0xAAAAAAAA, even, rounded(x[1])));
    }
};

// `Count` neighbouring outputs from x on of the channels from c on; Inside: no tap of theirs leaves the row.
template <class Kind, int K, int S, int Count, bool Inside>
inline void outputs(const Depthwise& of, const typename Kind::Value* const* rows, typename Kind::Value* out,
                    std::int64_t c, std::int64_t x, std::int64_t last, __m512 (&sums)[Kind::parts])
{
    constexpr int parts = Kind::parts;
    const std::int64_t left = last - c, start = x * S - of.low, line = padded(of.channels);
    __m512 sum[Count][parts];
#pragma GCC unroll 8
    for (int i = 0; i < Count; ++i)
#pragma GCC unroll 2
        for (int p = 0; p < parts; ++p)
            sum[i][p] = _mm512_loadu_ps(of.bias + c + p * lanes);
    for (int ky = 0; ky < K; ++ky) {
        if (!rows[ky])
            continue;
        const typename Kind::Value* row = rows[ky] + start * of.channels + c;
        const float* weights = of.weights + ky * K * line + c;
#pragma GCC unroll 5
        for (int kx = 0; kx < K; ++kx) {
            __m512 weight[parts];
#pragma GCC unroll 2
            for (int p = 0; p < parts; ++p)
                weight[p] = _mm512_loadu_ps(weights + kx * line + p * lanes);
#pragma GCC unroll 8
            for (int i = 0; i < Count; ++i) {
                if (!Inside && (start + i * S + kx < 0 || start + i * S + kx >= of.width))
                    continue;
                __m512 value[parts];
                Kind::load(row + (i * S + kx) * of.channels, left, value);
#pragma GCC unroll 2
                for (int p = 0; p < parts; ++p)
                    sum[i][p] = _mm512_fmadd_ps(value[p], weight[p], sum[i][p]);
            }
        }
    }
#pragma GCC unroll 8
    for (int i = 0; i < Count; ++i) {
#pragma GCC unroll 2
        for (int p = 0; p < parts; ++p) {
            sum[i][p] = swished<parts == 1>(sum[i][p]);
            sums[p] = _mm512_add_ps(sums[p], sum[i][p]);
        }
        Kind::store(out + (x + i) * of.channels + c, left, sum[i]);
    }
}

template <class Kind, int K, int S>
void row(const Depthwise& of, const typename Kind::Value* const* rows, typename Kind::Value* out, float* sums,
         std::int64_t first, std::int64_t last)
{
    constexpr int count = Kind::parts == 1 ? 8 : 4; // registers: sums, and inputs that neighbours share
    // Outputs before `from` and from `to` on reach over the row's ends.
    const std::int64_t before = (of.low + S - 1) / S, reach = of.width + of.low - K;
    const std::int64_t from = before < of.outWidth ? before : of.outWidth;
    const std::int64_t within = reach < 0 ? 0 : reach / S + 1 < of.outWidth ? reach / S + 1 : of.outWidth;
    const std::int64_t to = within > from ? within : from;
    for (std::int64_t c = first; c < last; c += Kind::channels) {
        __m512 total[Kind::parts];
        for (__m512& part : total)
            part = _mm512_setzero_ps();
        std::int64_t x = 0;
        for (; x < from; ++x)
            outputs<Kind, K, S, 1, false>(of, rows, out, c, x, last, total);
        for (; x + count <= to; x += count)
            outputs<Kind, K, S, count, true>(of, rows, out, c, x, last, total);
        for (; x < to; ++x)
            outputs<Kind, K, S, 1, true>(of, rows, out, c, x, last, total);
        for (; x < of.outWidth; ++x)
            outputs<Kind, K, S, 1, false>(of, rows, out, c, x, last, total);
        alignas(64) float parts[Kind::channels];
        for (int p = 0; p < Kind::parts; ++p)
            _mm512_store_ps(parts + p * lanes, total[p]);
        for (std::int64_t i = 0; i < Kind::channels && c + i < last; ++i)
            sums[c + i] = parts[arranged<typename Kind::Value>(i)];
    }
}

template <class Kind>
void anyKernel(const Depthwise& of, const typename Kind::Value* const* rows, typename Kind::Value* out, float* sums,
               std::int64_t first, std::int64_t last)
{
    if (of.kernel == 3)
        (of.stride == 1 ? row<Kind, 3, 1> : row<Kind, 3, 2>)(of, rows, out, sums, first, last);
    else
        (of.stride == 1 ? row<Kind, 5, 1> : row<Kind, 5, 2>)(of, rows, out, sums, first, last);
}

template <class Kind>
void swishAll(typename Kind::Value* x, std::int64_t count)
{
    for (std::int64_t i = 0; i < count; i += Kind::channels) {
        __m512 value[Kind::parts];
        Kind::load(x + i, count - i, value);
        for (__m512& part : value)
            part = swished<Kind::parts == 1>(part);
        Kind::store(x + i, count - i, value);
    }
}

} // namespace

template <>
void depthwiseSwish(const Depthwise& of, const float* const* rows, float* out, float* sums, std::int64_t first,
                    std::int64_t last)
{
    anyKernel<Floats>(of, rows, out, sums, first, last);
}

template <>
void depthwiseSwish(const Depthwise& of, const std::uint16_t* const* rows, std::uint16_t* out, float* sums,
                    std::int64_t first, std::int64_t last)
{
    anyKernel<Halves>(of, rows, out, sums, first, last);
}

template <>
void swish(float* x, std::int64_t count)
{
    swishAll<Floats>(x, count);
}

template <>
void swish(std::uint16_t* x, std::int64_t count) // an even one
{
    swishAll<Halves>(x, count);
}

} // namespace mama::avx512

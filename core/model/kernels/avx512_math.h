#pragma once
#include <cstdint>
#include <immintrin.h>

// For source files that are compiled with AVX-512 flags, and for no others.
namespace mama::avx512 {

constexpr int lanes = 16;
constexpr float log2OfE = 1.44269504089F;
constexpr __mmask16 all = 0xFFFF;

// 2^x: Cephes-style minimax polynomial on [-1/2, 1/2] and an exponent shift; relative error below 2e-7.
inline __m512 exp2(__m512 x)
{
    const __m512 whole = _mm512_roundscale_ps(x, _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC);
    const __m512 part = _mm512_sub_ps(x, whole);
    __m512 y = _mm512_set1_ps(1.535336188319500e-4F);
    y = _mm512_fmadd_ps(y, part, _mm512_set1_ps(1.339887440266574e-3F));
    y = _mm512_fmadd_ps(y, part, _mm512_set1_ps(9.618437357674640e-3F));
    y = _mm512_fmadd_ps(y, part, _mm512_set1_ps(5.550332471162809e-2F));
    y = _mm512_fmadd_ps(y, part, _mm512_set1_ps(2.402264791363012e-1F));
    y = _mm512_fmadd_ps(y, part, _mm512_set1_ps(6.931472028550421e-1F));
    y = _mm512_fmadd_ps(y, part, _mm512_set1_ps(1.0F));
    return _mm512_scalef_ps(y, whole);
}

inline __mmask16 maskOf(std::int64_t left)
{
    return left >= lanes ? static_cast<__mmask16>(0xFFFF) : static_cast<__mmask16>((1U << left) - 1U);
}

// Numbers in float32, kept as float or as the bits of a bfloat16.
inline __m512 load(const float* from, __mmask16 mask = all) { return _mm512_maskz_loadu_ps(mask, from); }
inline __m512 load(const std::uint16_t* from, __mmask16 mask = all)
{
    return _mm512_castsi512_ps(_mm512_slli_epi32(_mm512_cvtepu16_epi32(_mm256_maskz_loadu_epi16(mask, from)), 16));
}

inline void store(float* to, __m512 x, __mmask16 mask = all) { _mm512_mask_storeu_ps(to, mask, x); }
inline void store(std::uint16_t* to, __m512 x, __mmask16 mask = all) // to the nearest, ties to even
{
    const __m512i bits = _mm512_castps_si512(x);
    const __m512i odd = _mm512_and_si512(_mm512_srli_epi32(bits, 16), _mm512_set1_epi32(1));
    const __m512i rounded = _mm512_add_epi32(bits, _mm512_add_epi32(_mm512_set1_epi32(0x7FFF), odd));
    _mm256_mask_storeu_epi16(to, mask, _mm512_cvtepi32_epi16(_mm512_srli_epi32(rounded, 16)));
}

// The normal distribution at x: Phi(x) with erf by Abramowitz and Stegun 7.1.26 (absolute error 1.5e-7), and its
// density.
struct Normal
{
    __m512 below, density;
};
inline Normal normalAt(__m512 x)
{
    const __m512 z = _mm512_mul_ps(_mm512_abs_ps(x), _mm512_set1_ps(0.70710678118F));
    const __m512 t =
        _mm512_div_ps(_mm512_set1_ps(1), _mm512_fmadd_ps(_mm512_set1_ps(0.3275911F), z, _mm512_set1_ps(1)));
    __m512 p = _mm512_set1_ps(1.061405429F);
    p = _mm512_fmadd_ps(p, t, _mm512_set1_ps(-1.453152027F));
    p = _mm512_fmadd_ps(p, t, _mm512_set1_ps(1.421413741F));
    p = _mm512_fmadd_ps(p, t, _mm512_set1_ps(-0.284496736F));
    p = _mm512_fmadd_ps(p, t, _mm512_set1_ps(0.254829592F));
    p = _mm512_mul_ps(p, t);
    const __m512 bell = exp2(_mm512_mul_ps(_mm512_mul_ps(z, z), _mm512_set1_ps(-log2OfE)));
    const __m512 half = _mm512_mul_ps(_mm512_set1_ps(0.5F), _mm512_mul_ps(p, bell)); // (1 - erf(z)) / 2
    const __mmask16 negative = _mm512_cmp_ps_mask(x, _mm512_setzero_ps(), _CMP_LT_OQ);
    return {_mm512_mask_blend_ps(negative, _mm512_sub_ps(_mm512_set1_ps(1), half), half),
            _mm512_mul_ps(bell, _mm512_set1_ps(0.3989422804F))};
}

inline __m512 gelu(__m512 x) { return _mm512_mul_ps(x, normalAt(x).below); }

} // namespace mama::avx512

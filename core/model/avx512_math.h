#pragma once
#include <cstdint>
#include <immintrin.h>

// For source files that are compiled with AVX-512 flags, and for no others.
namespace mama::avx512 {

constexpr int lanes = 16;

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

inline __mmask16 maskOf(std::int64_t left) { return left >= lanes ? static_cast<__mmask16>(0xFFFF) : static_cast<__mmask16>((1U << left) - 1U); }

} // namespace mama::avx512

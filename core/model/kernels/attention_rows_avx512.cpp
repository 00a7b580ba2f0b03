#include "core/model/kernels/attention_rows_avx512.h"

#include "core/model/kernels/avx512_math.h"

#include <cmath>

namespace mama::avx512 {
template <class T>
void exponentiate(T* scores, std::int64_t rows, std::int64_t width, float* logSums, float* inverses)
{
    for (std::int64_t row = 0; row < rows; ++row, scores += width) {
        __m512 top = _mm512_set1_ps(-INFINITY);
        for (std::int64_t i = 0; i < width; i += lanes) {
            const __mmask16 mask = maskOf(width - i);
            top = _mm512_mask_max_ps(top, mask, top, load(scores + i, mask));
        }
        const float largest = _mm512_reduce_max_ps(top);
        const __m512 shift = _mm512_set1_ps(-largest * log2OfE);
        __m512 sum = _mm512_setzero_ps();
        for (std::int64_t i = 0; i < width; i += lanes) {
            const __mmask16 mask = maskOf(width - i);
            const __m512 weight = exp2(_mm512_fmadd_ps(load(scores + i, mask), _mm512_set1_ps(log2OfE), shift));
            sum = _mm512_mask_add_ps(sum, mask, sum, weight);
            store(scores + i, weight, mask);
        }
        const float total = _mm512_reduce_add_ps(sum);
        logSums[row] = largest + std::log(total);
        inverses[row] = 1 / total;
    }
}

template <class T>
void softmaxGradient(T* scores, T* flow, std::int64_t rows, std::int64_t width, const float* logSums,
                     const float* delta)
{
    for (std::int64_t row = 0; row < rows; ++row, scores += width, flow += width) {
        const __m512 shift = _mm512_set1_ps(-logSums[row] * log2OfE), less = _mm512_set1_ps(delta[row]);
        for (std::int64_t i = 0; i < width; i += lanes) {
            const __mmask16 mask = maskOf(width - i);
            const __m512 weight = exp2(_mm512_fmadd_ps(load(scores + i, mask), _mm512_set1_ps(log2OfE), shift));
            store(flow + i, _mm512_mul_ps(weight, _mm512_sub_ps(load(flow + i, mask), less)), mask);
            store(scores + i, weight, mask);
        }
    }
}

template void exponentiate<float>(float*, std::int64_t, std::int64_t, float*, float*);
template void exponentiate<std::uint16_t>(std::uint16_t*, std::int64_t, std::int64_t, float*, float*);
template void softmaxGradient<float>(float*, float*, std::int64_t, std::int64_t, const float*, const float*);
template void softmaxGradient<std::uint16_t>(std::uint16_t*, std::uint16_t*, std::int64_t, std::int64_t, const float*,
                                             const float*);

} // namespace mama::avx512

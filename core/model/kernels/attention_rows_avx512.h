#pragma once
#include <cstdint>

// The element-wise parts of attention with gradients, one pass each. T: float, or bfloat16 as std::uint16_t. Compiled
// with AVX-512 flags: nothing but these functions may live in that source file.
namespace mama::avx512 {

// scores [rows, width] -> exp(score - the row's largest) in place; logSums: log of the sum of exp(score); inverses: one
// over the sum of what is written.
template <class T>
void exponentiate(T* scores, std::int64_t rows, std::int64_t width, float* logSums, float* inverses);

// scores -> weights exp(score - logSum) in place; flow, the gradient of the weights, -> that of the scores,
// weight * (flow - delta), in place. logSums, delta [rows].
template <class T>
void softmaxGradient(T* scores, T* flow, std::int64_t rows, std::int64_t width, const float* logSums,
                     const float* delta);

} // namespace mama::avx512

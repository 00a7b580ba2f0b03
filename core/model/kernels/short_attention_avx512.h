#pragma once
#include <cstdint>

// One head's softmax attention over a short sequence and its gradients, in float32 whatever the type of the rows. T:
// float, or bfloat16 as std::uint16_t. Compiled with AVX-512 flags: nothing but these functions may live in that source
// file.
namespace mama::avx512 {

constexpr std::int64_t longestShort = 512; // tokens, so that a tile's scores stay in the second-level cache
constexpr std::int64_t widestHead = 128;   // numbers of a head's row, a multiple of 16

struct HeadSizes
{
    std::int64_t queries; // rows that ask, and of which there are keys and values
    std::int64_t keys;    // the first of them, which are seen; the others are padding
    std::int64_t dim;
    float scale; // of the scores
};
std::int64_t headScratch(const HeadSizes& sizes); // floats

// Rows [queries, dim] of queries, keys and values; `stride` numbers apart.
template <class T>
struct HeadRows
{
    T *queries, *keys, *values;
    std::int64_t stride;
};

// out [queries, dim], outStride apart.
template <class T>
void attendHead(const HeadRows<const T>& in, T* out, std::int64_t outStride, const HeadSizes& sizes, float* scratch);

// flow: the gradient of out. gradients: of the inputs, written; 0 where a key is padding.
template <class T>
void attendHeadGradient(const HeadRows<const T>& in, const T* flow, std::int64_t flowStride,
                        const HeadRows<T>& gradients, const HeadSizes& sizes, float* scratch);

} // namespace mama::avx512

#include "core/model/kernels/short_attention_avx512.h"

#include "core/model/kernels/avx512_math.h"

#include <cmath>
#include <utility>

namespace mama::avx512 {
namespace {

constexpr std::int64_t tileRows = 48; // queries at a time: their scores and flows stay in the second-level cache
constexpr int blockRows = 6, blockColumns = 4; // 24 sums, 4 columns and a factor in 32 registers

// a [M, K], or [K, M] if `across`; rows lie `step` floats apart.
struct Factor
{
    const float* at;
    std::int64_t step;
    bool across = false;
};

struct Rows
{
    const float* at;
    std::int64_t step;
};

struct Result
{
    float* at;
    std::int64_t step;
};

template <int High, int Wide>
void block(const float* a, std::int64_t row, std::int64_t inner, const float* b, std::int64_t bStep, float* c,
           std::int64_t cStep, std::int64_t count, bool add)
{
    __m512 sums[High][Wide];
#pragma GCC unroll 8
    for (int r = 0; r < High; ++r)
#pragma GCC unroll 8
        for (int j = 0; j < Wide; ++j)
            sums[r][j] = add ? _mm512_loadu_ps(c + r * cStep + j * lanes) : _mm512_setzero_ps();
    for (std::int64_t k = 0; k < count; ++k, a += inner, b += bStep) {
        __m512 columns[Wide];
#pragma GCC unroll 8
        for (int j = 0; j < Wide; ++j)
            columns[j] = _mm512_loadu_ps(b + j * lanes);
#pragma GCC unroll 8
        for (int r = 0; r < High; ++r) {
            const __m512 factor = _mm512_set1_ps(a[r * row]);
#pragma GCC unroll 8
            for (int j = 0; j < Wide; ++j)
                sums[r][j] = _mm512_fmadd_ps(factor, columns[j], sums[r][j]);
        }
    }
#pragma GCC unroll 8
    for (int r = 0; r < High; ++r)
#pragma GCC unroll 8
        for (int j = 0; j < Wide; ++j)
            _mm512_storeu_ps(c + r * cStep + j * lanes, sums[r][j]);
}

using Block = void (*)(const float*, std::int64_t, std::int64_t, const float*, std::int64_t, float*, std::int64_t,
                       std::int64_t, bool);
template <int Columns>
constexpr Block blocksOf[blockRows] = {block<1, Columns>, block<2, Columns>, block<3, Columns>,
                                       block<4, Columns>, block<5, Columns>, block<6, Columns>};
constexpr const Block* blocks[blockColumns] = {blocksOf<1>, blocksOf<2>, blocksOf<3>, blocksOf<4>};

// c [rows, columns] = a b, or += it; b [inner, columns]. columns: a multiple of 16.
void multiply(const Factor& a, const Rows& b, const Result& c, std::int64_t rows, std::int64_t inner,
              std::int64_t columns, bool add = false)
{
    const std::int64_t rowStep = a.across ? 1 : a.step, innerStep = a.across ? a.step : 1;
    for (std::int64_t column = 0; column < columns; column += blockColumns * lanes) {
        const std::int64_t wide = columns - column < blockColumns * lanes ? (columns - column) / lanes : blockColumns;
        for (std::int64_t row = 0; row < rows; row += blockRows) {
            const std::int64_t high = rows - row < blockRows ? rows - row : blockRows;
            blocks[wide - 1][high - 1](a.at + row * rowStep, rowStep, innerStep, b.at + column, b.step,
                                       c.at + row * c.step + column, c.step, inner, add);
        }
    }
}

std::int64_t padded(std::int64_t count) { return (count + lanes - 1) / lanes * lanes; }

template <class T>
void copyRows(const T* from, std::int64_t stride, std::int64_t rows, std::int64_t dim, float scale, float* to)
{
    const __m512 factor = _mm512_set1_ps(scale);
    for (std::int64_t row = 0; row < rows; ++row)
        for (std::int64_t i = 0; i < dim; i += lanes)
            _mm512_storeu_ps(to + row * dim + i, _mm512_mul_ps(load(from + row * stride + i), factor));
}

// rows [count, dim] -> [dim, padded count], 0 behind the last
void transpose(const float* rows, std::int64_t count, std::int64_t dim, float* to)
{
    const std::int64_t step = padded(count);
    for (std::int64_t i = 0; i < dim; ++i) {
        for (std::int64_t row = 0; row < count; ++row)
            to[i * step + row] = rows[row * dim + i];
        for (std::int64_t row = count; row < step; ++row)
            to[i * step + row] = 0;
    }
}

template <class T>
void writeRows(const float* from, std::int64_t rows, std::int64_t dim, float scale, T* to, std::int64_t stride)
{
    const __m512 factor = _mm512_set1_ps(scale);
    for (std::int64_t row = 0; row < rows; ++row)
        for (std::int64_t i = 0; i < dim; i += lanes)
            store(to + row * stride + i, _mm512_mul_ps(_mm512_loadu_ps(from + row * dim + i), factor));
}

// Scores of one query -> weights that sum to 1; `width` of them are of keys, the rest up to a full register become 0.
void softmax(float* scores, std::int64_t width)
{
    __m512 top = _mm512_set1_ps(-INFINITY);
    for (std::int64_t i = 0; i < width; i += lanes) {
        const __mmask16 mask = maskOf(width - i);
        top = _mm512_mask_max_ps(top, mask, top, _mm512_loadu_ps(scores + i));
    }
    const __m512 shift = _mm512_set1_ps(-_mm512_reduce_max_ps(top) * log2OfE);
    __m512 sum = _mm512_setzero_ps();
    for (std::int64_t i = 0; i < width; i += lanes) {
        const __m512 weight = _mm512_maskz_mov_ps(
            maskOf(width - i), exp2(_mm512_fmadd_ps(_mm512_loadu_ps(scores + i), _mm512_set1_ps(log2OfE), shift)));
        sum = _mm512_add_ps(sum, weight);
        _mm512_storeu_ps(scores + i, weight);
    }
    const __m512 inverse = _mm512_set1_ps(1 / _mm512_reduce_add_ps(sum));
    for (std::int64_t i = 0; i < width; i += lanes)
        _mm512_storeu_ps(scores + i, _mm512_mul_ps(_mm512_loadu_ps(scores + i), inverse));
}

// flow, the gradient of one query's weights -> that of its scores: weight * (flow - sum of weight * flow)
void softmaxGradient(const float* weights, float* flow, std::int64_t width)
{
    __m512 sum = _mm512_setzero_ps();
    for (std::int64_t i = 0; i < width; i += lanes)
        sum = _mm512_fmadd_ps(_mm512_loadu_ps(weights + i), _mm512_loadu_ps(flow + i), sum);
    const __m512 delta = _mm512_set1_ps(_mm512_reduce_add_ps(sum));
    for (std::int64_t i = 0; i < width; i += lanes)
        _mm512_storeu_ps(flow + i,
                         _mm512_mul_ps(_mm512_loadu_ps(weights + i), _mm512_sub_ps(_mm512_loadu_ps(flow + i), delta)));
}

// The head in float32, in the caller's scratch.
struct Head
{
    template <class T>
    Head(const HeadRows<const T>& in, const HeadSizes& s, float* scratch) : wide(padded(s.keys))
    {
        const auto next = [&](std::int64_t floats) { return std::exchange(scratch, scratch + floats); };
        queries = next(s.queries * s.dim);
        keys = next(s.keys * s.dim);
        values = next(s.keys * s.dim);
        keysAcross = next(s.dim * wide);
        scores = next(tileRows * wide);
        rest = scratch;
        copyRows(in.queries, in.stride, s.queries, s.dim, s.scale, queries);
        copyRows(in.keys, in.stride, s.keys, s.dim, 1, keys);
        copyRows(in.values, in.stride, s.keys, s.dim, 1, values);
        transpose(keys, s.keys, s.dim, keysAcross);
    }

    // of `count` queries from `row` on, into `scores`
    void weigh(std::int64_t row, std::int64_t count, const HeadSizes& s) const
    {
        multiply({queries + row * s.dim, s.dim}, {keysAcross, wide}, {scores, wide}, count, s.dim, wide);
        for (std::int64_t i = 0; i < count; ++i)
            softmax(scores + i * wide, s.keys);
    }

    std::int64_t wide; // columns of scores
    float *queries, *keys, *values, *keysAcross, *scores, *rest;
};

std::int64_t tileOf(const HeadSizes& sizes, std::int64_t row)
{
    return sizes.queries - row < tileRows ? sizes.queries - row : tileRows;
}

} // namespace

std::int64_t headScratch(const HeadSizes& s)
{
    const std::int64_t wide = padded(s.keys);
    return (2 * s.queries + 4 * s.keys + 2 * wide + tileRows) * s.dim + 2 * tileRows * wide;
}

template <class T>
void attendHead(const HeadRows<const T>& in, T* out, std::int64_t outStride, const HeadSizes& s, float* scratch)
{
    const Head head(in, s, scratch);
    for (std::int64_t row = 0; row < s.queries; row += tileRows) {
        const std::int64_t count = tileOf(s, row);
        head.weigh(row, count, s);
        multiply({head.scores, head.wide}, {head.values, s.dim}, {head.rest, s.dim}, count, s.keys, s.dim);
        writeRows(head.rest, count, s.dim, 1, out + row * outStride, outStride);
    }
}

template <class T>
void attendHeadGradient(const HeadRows<const T>& in, const T* flow, std::int64_t flowStride,
                        const HeadRows<T>& gradients, const HeadSizes& s, float* scratch)
{
    const Head head(in, s, scratch);
    const std::int64_t keys = s.keys * s.dim;
    float *valuesAcross = head.rest, *flows = valuesAcross + s.dim * head.wide, *ofScores = flows + s.queries * s.dim,
          *ofQueries = ofScores + tileRows * head.wide, *ofKeys = ofQueries + tileRows * s.dim,
          *ofValues = ofKeys + keys;
    transpose(head.values, s.keys, s.dim, valuesAcross);
    copyRows(flow, flowStride, s.queries, s.dim, 1, flows);
    for (std::int64_t row = 0; row < s.queries; row += tileRows) {
        const std::int64_t count = tileOf(s, row);
        const bool add = row > 0;
        const float* own = flows + row * s.dim;
        head.weigh(row, count, s);
        multiply({head.scores, head.wide, true}, {own, s.dim}, {ofValues, s.dim}, s.keys, count, s.dim, add);
        multiply({own, s.dim}, {valuesAcross, head.wide}, {ofScores, head.wide}, count, s.dim, head.wide);
        for (std::int64_t i = 0; i < count; ++i)
            softmaxGradient(head.scores + i * head.wide, ofScores + i * head.wide, s.keys);
        multiply({ofScores, head.wide, true}, {head.queries + row * s.dim, s.dim}, {ofKeys, s.dim}, s.keys, count,
                 s.dim, add); // queries carry the scale
        multiply({ofScores, head.wide}, {head.keys, s.dim}, {ofQueries, s.dim}, count, s.keys, s.dim);
        writeRows(ofQueries, count, s.dim, s.scale, gradients.queries + row * gradients.stride, gradients.stride);
    }
    writeRows(ofKeys, s.keys, s.dim, 1, gradients.keys, gradients.stride);
    writeRows(ofValues, s.keys, s.dim, 1, gradients.values, gradients.stride);
    for (std::int64_t row = s.keys; row < s.queries; ++row)
        for (std::int64_t i = 0; i < s.dim; i += lanes)
            for (T* gradient : {gradients.keys, gradients.values})
                store(gradient + row * gradients.stride + i, _mm512_setzero_ps());
}

template void attendHead<float>(const HeadRows<const float>&, float*, std::int64_t, const HeadSizes&, float*);
template void attendHead<std::uint16_t>(const HeadRows<const std::uint16_t>&, std::uint16_t*, std::int64_t,
                                        const HeadSizes&, float*);
template void attendHeadGradient<float>(const HeadRows<const float>&, const float*, std::int64_t,
                                        const HeadRows<float>&, const HeadSizes&, float*);
template void attendHeadGradient<std::uint16_t>(const HeadRows<const std::uint16_t>&, const std::uint16_t*,
                                                std::int64_t, const HeadRows<std::uint16_t>&, const HeadSizes&, float*);

} // namespace mama::avx512

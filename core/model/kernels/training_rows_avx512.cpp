#include "core/model/kernels/training_rows_avx512.h"

#include "core/model/kernels/avx512_math.h"

namespace mama::avx512 {
namespace {

// work(column, mask) for sixteen columns of every row, rows outside: what is added up stays in the first-level cache.
template <class Work>
inline void forColumns(std::int64_t width, const Work& work)
{
    for (std::int64_t i = 0; i < width; i += lanes)
        work(i, maskOf(width - i));
}

inline void addTo(float* sums, __m512 x, __mmask16 mask) { store(sums, _mm512_add_ps(load(sums, mask), x), mask); }

// What of flow passes the ReLU behind the norm.
inline __m512 passed(__m512 x, __m512 flow, const ColumnNorm& norm, std::int64_t i, __mmask16 mask)
{
    if (!norm.relu)
        return flow;
    const __m512 y = _mm512_fmadd_ps(x, load(norm.factor + i, mask), load(norm.offset + i, mask));
    return _mm512_maskz_mov_ps(_mm512_cmp_ps_mask(y, _mm512_setzero_ps(), _CMP_GT_OQ), flow);
}

inline __m512 normed(__m512 x, const ColumnNorm& norm, std::int64_t i, __mmask16 mask)
{
    return _mm512_mul_ps(_mm512_sub_ps(x, load(norm.mean + i, mask)), load(norm.inverse + i, mask));
}

} // namespace

template <class T>
void addColumns(const T* x, RowsSize size, float* sums)
{
    for (std::int64_t row = 0; row < size.rows; ++row, x += size.width)
        forColumns(size.width, [&](std::int64_t i, __mmask16 mask) { addTo(sums + i, load(x + i, mask), mask); });
}

template <class T>
void gelu(const T* x, T* y, std::int64_t count)
{
    forColumns(count, [&](std::int64_t i, __mmask16 mask) { store(y + i, gelu(load(x + i, mask)), mask); });
}

template <class T>
void geluGradient(const T* x, const T* flow, T* result, std::int64_t count)
{
    forColumns(count, [&](std::int64_t i, __mmask16 mask) {
        const __m512 value = load(x + i, mask);
        const Normal normal = normalAt(value);
        store(result + i, _mm512_mul_ps(load(flow + i, mask), _mm512_fmadd_ps(value, normal.density, normal.below)),
              mask);
    });
}

template <class T>
void addScaled(const float* residual, const T* y, const float* scale, float* out, RowsSize size)
{
    for (std::int64_t row = 0; row < size.rows; ++row, residual += size.width, y += size.width, out += size.width)
        forColumns(size.width, [&](std::int64_t i, __mmask16 mask) {
            const __m512 factor = scale ? load(scale + i, mask) : _mm512_set1_ps(1);
            store(out + i, _mm512_fmadd_ps(load(y + i, mask), factor, load(residual + i, mask)), mask);
        });
}

template <class T>
void scaledGradient(const float* flow, const T* y, const float* scale, T* ofY, float* sums, RowsSize size)
{
    for (std::int64_t row = 0; row < size.rows; ++row, flow += size.width, y += size.width, ofY += size.width)
        forColumns(size.width, [&](std::int64_t i, __mmask16 mask) {
            const __m512 value = load(flow + i, mask), factor = scale ? load(scale + i, mask) : _mm512_set1_ps(1);
            store(ofY + i, _mm512_mul_ps(value, factor), mask);
            if (sums)
                addTo(sums + i, _mm512_mul_ps(value, load(y + i, mask)), mask);
        });
}

template <class T>
void addSquares(const T* x, const float* mean, RowsSize size, float* sums)
{
    for (std::int64_t row = 0; row < size.rows; ++row, x += size.width)
        forColumns(size.width, [&](std::int64_t i, __mmask16 mask) {
            const __m512 apart = _mm512_sub_ps(load(x + i, mask), load(mean + i, mask));
            addTo(sums + i, _mm512_mul_ps(apart, apart), mask);
        });
}

template <class T, class O>
void normaliseColumns(const T* x, const ColumnNorm& norm, O* y, RowsSize size)
{
    const __m512 least = _mm512_set1_ps(norm.relu ? 0.0F : -__builtin_inff());
    for (std::int64_t row = 0; row < size.rows; ++row, x += size.width, y += size.width)
        forColumns(size.width, [&](std::int64_t i, __mmask16 mask) {
            const __m512 value =
                _mm512_fmadd_ps(load(x + i, mask), load(norm.factor + i, mask), load(norm.offset + i, mask));
            store(y + i, _mm512_max_ps(least, value), mask); // NaN stays: max takes its second then
        });
}

template <class T, class O>
void addNormGradients(const T* x, const O* flow, const ColumnNorm& norm, float* flows, float* products, RowsSize size)
{
    for (std::int64_t row = 0; row < size.rows; ++row, x += size.width, flow += size.width)
        forColumns(size.width, [&](std::int64_t i, __mmask16 mask) {
            const __m512 value = load(x + i, mask), own = passed(value, load(flow + i, mask), norm, i, mask);
            addTo(flows + i, own, mask);
            addTo(products + i, _mm512_mul_ps(own, normed(value, norm, i, mask)), mask);
        });
}

template <class T, class O>
void normGradient(const T* x, const O* flow, const ColumnNorm& norm, const float* meanFlow, const float* meanProduct,
                  T* result, RowsSize size)
{
    for (std::int64_t row = 0; row < size.rows; ++row, x += size.width, flow += size.width, result += size.width)
        forColumns(size.width, [&](std::int64_t i, __mmask16 mask) {
            const __m512 value = load(x + i, mask), own = passed(value, load(flow + i, mask), norm, i, mask);
            const __m512 less =
                _mm512_fmadd_ps(normed(value, norm, i, mask), load(meanProduct + i, mask), load(meanFlow + i, mask));
            store(result + i, _mm512_mul_ps(load(norm.factor + i, mask), _mm512_sub_ps(own, less)), mask);
        });
}

void normaliseRows(const float* x, const float* weight, const float* bias, float eps, std::uint16_t* y, float* mean,
                   float* inverse, RowsSize size)
{
    const auto width = static_cast<float>(size.width);
    for (std::int64_t row = 0; row < size.rows; ++row, x += size.width, y += size.width) {
        __m512 sum = _mm512_setzero_ps(), squares = _mm512_setzero_ps();
        forColumns(size.width, [&](std::int64_t i, __mmask16 mask) { sum = _mm512_add_ps(sum, load(x + i, mask)); });
        const float middle = _mm512_reduce_add_ps(sum) / width;
        forColumns(size.width, [&](std::int64_t i, __mmask16 mask) {
            const __m512 apart = _mm512_maskz_sub_ps(mask, load(x + i, mask), _mm512_set1_ps(middle));
            squares = _mm512_fmadd_ps(apart, apart, squares);
        });
        const float factor = 1 / __builtin_sqrtf(_mm512_reduce_add_ps(squares) / width + eps);
        forColumns(size.width, [&](std::int64_t i, __mmask16 mask) {
            const __m512 value =
                _mm512_mul_ps(_mm512_sub_ps(load(x + i, mask), _mm512_set1_ps(middle)), _mm512_set1_ps(factor));
            store(y + i, _mm512_fmadd_ps(value, load(weight + i, mask), load(bias + i, mask)), mask);
        });
        mean[row] = middle;
        inverse[row] = factor;
    }
}

void rowsGradient(const float* x, const std::uint16_t* flow, const float* weight, const float* mean,
                  const float* inverse, float* result, float* ofWeight, float* ofBias, RowsSize size)
{
    const auto width = static_cast<float>(size.width);
    for (std::int64_t row = 0; row < size.rows; ++row, x += size.width, flow += size.width, result += size.width) {
        const __m512 middle = _mm512_set1_ps(mean[row]), factor = _mm512_set1_ps(inverse[row]);
        __m512 sum = _mm512_setzero_ps(), products = _mm512_setzero_ps();
        forColumns(size.width, [&](std::int64_t i, __mmask16 mask) {
            const __m512 own = load(flow + i, mask),
                         value = _mm512_mul_ps(_mm512_sub_ps(load(x + i, mask), middle), factor),
                         weighted = _mm512_mul_ps(own, load(weight + i, mask));
            const __m512 product = _mm512_mul_ps(own, value);
            addTo(ofBias + i, own, mask);
            addTo(ofWeight + i, product, mask);
            sum = _mm512_add_ps(sum, weighted); // own is zero beyond the row
            products = _mm512_fmadd_ps(weighted, value, products);
        });
        const __m512 meanFlow = _mm512_set1_ps(_mm512_reduce_add_ps(sum) / width),
                     meanProduct = _mm512_set1_ps(_mm512_reduce_add_ps(products) / width);
        forColumns(size.width, [&](std::int64_t i, __mmask16 mask) {
            const __m512 value = _mm512_mul_ps(_mm512_sub_ps(load(x + i, mask), middle), factor),
                         weighted = _mm512_mul_ps(load(flow + i, mask), load(weight + i, mask));
            store(result + i,
                  _mm512_mul_ps(factor, _mm512_sub_ps(weighted, _mm512_fmadd_ps(value, meanProduct, meanFlow))), mask);
        });
    }
}

double sumOfSquares(const float* x, std::int64_t count)
{
    __m512d low = _mm512_setzero_pd(), high = _mm512_setzero_pd();
    forColumns(count, [&](std::int64_t i, __mmask16 mask) {
        const __m512 value = load(x + i, mask);
        const __m512d first = _mm512_cvtps_pd(_mm512_castps512_ps256(value)),
                      second = _mm512_cvtps_pd(_mm512_extractf32x8_ps(value, 1));
        low = _mm512_fmadd_pd(first, first, low);
        high = _mm512_fmadd_pd(second, second, high);
    });
    return _mm512_reduce_add_pd(_mm512_add_pd(low, high));
}

#define MAMA_ROWS(T)                                                                                                   \
    template void addColumns<T>(const T*, RowsSize, float*);                                                           \
    template void gelu<T>(const T*, T*, std::int64_t);                                                                 \
    template void geluGradient<T>(const T*, const T*, T*, std::int64_t);                                               \
    template void addScaled<T>(const float*, const T*, const float*, float*, RowsSize);                                \
    template void scaledGradient<T>(const float*, const T*, const float*, T*, float*, RowsSize);                       \
    template void addSquares<T>(const T*, const float*, RowsSize, float*);
#define MAMA_NORM(T, O)                                                                                                \
    template void normaliseColumns<T, O>(const T*, const ColumnNorm&, O*, RowsSize);                                   \
    template void addNormGradients<T, O>(const T*, const O*, const ColumnNorm&, float*, float*, RowsSize);             \
    template void normGradient<T, O>(const T*, const O*, const ColumnNorm&, const float*, const float*, T*, RowsSize);
MAMA_ROWS(float)
MAMA_ROWS(std::uint16_t)
MAMA_NORM(float, float)
MAMA_NORM(std::uint16_t, std::uint16_t)
MAMA_NORM(std::uint16_t, float)

} // namespace mama::avx512

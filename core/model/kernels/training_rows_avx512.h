#pragma once
#include <cstdint>

// What training does between its products, one pass each over rows in memory. T, O: float, or bfloat16 as
// std::uint16_t. Compiled with AVX-512 flags: nothing but these functions may live in that source file.
namespace mama::avx512 {

struct RowsSize
{
    std::int64_t rows, width;
};

// sums[column] += the column's rows
template <class T>
void addColumns(const T* x, RowsSize size, float* sums);

// x Phi(x), and flow times its derivative Phi(x) + x phi(x); error below 2e-7 before rounding.
template <class T>
void gelu(const T* x, T* y, std::int64_t count);
template <class T>
void geluGradient(const T* x, const T* flow, T* result, std::int64_t count);

// residual + scale * y; scale [width] or null: 1
template <class T>
void addScaled(const float* residual, const T* y, const float* scale, float* out, RowsSize size);
// flow -> that of y, flow * scale, and sums[column] += flow * y; sums null: not wanted
template <class T>
void scaledGradient(const float* flow, const T* y, const float* scale, T* ofY, float* sums, RowsSize size);

// BatchNorm of columns: x * factor + offset, with ReLU behind it where that is wanted. factor = weight / deviation,
// offset = bias - mean * factor.
struct ColumnNorm
{
    const float *mean, *inverse, *factor, *offset; // inverse: 1 / deviation
    bool relu;
};
// sums[column] += (x - mean)^2
template <class T>
void addSquares(const T* x, const float* mean, RowsSize size, float* sums);
template <class T, class O>
void normaliseColumns(const T* x, const ColumnNorm& norm, O* y, RowsSize size);
// flows[column] += flow behind the ReLU; products[column] += that times (x - mean) / deviation
template <class T, class O>
void addNormGradients(const T* x, const O* flow, const ColumnNorm& norm, float* flows, float* products, RowsSize size);
// factor * (flow - meanFlow - (x - mean) / deviation * meanProduct)
template <class T, class O>
void normGradient(const T* x, const O* flow, const ColumnNorm& norm, const float* meanFlow, const float* meanProduct,
                  T* result, RowsSize size);

// LayerNorm of rows: (x - mean) * inverse * weight + bias; mean and inverse (1 / deviation) of each row are written.
void normaliseRows(const float* x, const float* weight, const float* bias, float eps, std::uint16_t* y, float* mean,
                   float* inverse, RowsSize size);
// flow, the gradient of y -> that of x; ofWeight[column], ofBias[column] += theirs.
void rowsGradient(const float* x, const std::uint16_t* flow, const float* weight, const float* mean,
                  const float* inverse, float* result, float* ofWeight, float* ofBias, RowsSize size);

double sumOfSquares(const float* x, std::int64_t count); // in float64

} // namespace mama::avx512

#include "core/library/map/packed_rows.h"

#include <algorithm>
#if defined(__x86_64__)
#include <immintrin.h>
#endif

namespace mama {
namespace {

constexpr std::size_t panel = PackedRows::panel, stride = PackedRows::block, group = 8;

// Adds the products of 8 rows with 32: a [depth, panel] from the first of the 8, b [depth, panel], out [8, stride].
using GroupProduct = void (*)(const float* a, const float* b, std::size_t depth, float* out);

void portable(const float* a, const float* b, std::size_t depth, float* out)
{
    constexpr std::size_t rows = 4, columns = 8;
    for (std::size_t row = 0; row < group; row += rows)
        for (std::size_t column = 0; column < panel; column += columns) {
            float sums[rows][columns] = {};
            for (std::size_t k = 0; k < depth; ++k)
                for (std::size_t i = 0; i < rows; ++i)
                    for (std::size_t j = 0; j < columns; ++j)
                        sums[i][j] += a[k * panel + row + i] * b[k * panel + column + j];
            for (std::size_t i = 0; i < rows; ++i)
                for (std::size_t j = 0; j < columns; ++j)
                    out[(row + i) * stride + column + j] += sums[i][j];
        }
}

#if defined(__x86_64__)
__attribute__((target("avx2,fma"))) void avx2(const float* a, const float* b, std::size_t depth, float* out)
{
    constexpr std::size_t rows = 4, lanes = 8;
    for (std::size_t row = 0; row < group; row += rows)
        for (std::size_t column = 0; column < panel; column += 2 * lanes) {
            __m256 sums[rows][2] = {};
            for (std::size_t k = 0; k < depth; ++k) {
                const __m256 left = _mm256_loadu_ps(b + k * panel + column),
                             right = _mm256_loadu_ps(b + k * panel + column + lanes);
#pragma GCC unroll 4
                for (std::size_t i = 0; i < rows; ++i) {
                    const __m256 value = _mm256_broadcast_ss(a + k * panel + row + i);
                    sums[i][0] = _mm256_fmadd_ps(value, left, sums[i][0]);
                    sums[i][1] = _mm256_fmadd_ps(value, right, sums[i][1]);
                }
            }
#pragma GCC unroll 4
            for (std::size_t i = 0; i < rows; ++i) {
                float* to = out + (row + i) * stride + column;
                _mm256_storeu_ps(to, _mm256_add_ps(_mm256_loadu_ps(to), sums[i][0]));
                _mm256_storeu_ps(to + lanes, _mm256_add_ps(_mm256_loadu_ps(to + lanes), sums[i][1]));
            }
        }
}

__attribute__((target("avx512f"))) void avx512(const float* a, const float* b, std::size_t depth, float* out)
{
    constexpr std::size_t lanes = 16;
    __m512 sums[group][2] = {};
    for (std::size_t k = 0; k < depth; ++k) {
        const __m512 left = _mm512_loadu_ps(b + k * panel), right = _mm512_loadu_ps(b + k * panel + lanes);
#pragma GCC unroll 8
        for (std::size_t i = 0; i < group; ++i) {
            const __m512 value = _mm512_set1_ps(a[k * panel + i]);
            sums[i][0] = _mm512_fmadd_ps(value, left, sums[i][0]);
            sums[i][1] = _mm512_fmadd_ps(value, right, sums[i][1]);
        }
    }
#pragma GCC unroll 8
    for (std::size_t i = 0; i < group; ++i) {
        float* to = out + i * stride;
        _mm512_storeu_ps(to, _mm512_add_ps(_mm512_loadu_ps(to), sums[i][0]));
        _mm512_storeu_ps(to + lanes, _mm512_add_ps(_mm512_loadu_ps(to + lanes), sums[i][1]));
    }
}
#endif

GroupProduct productBy([[maybe_unused]] ScanKernel kernel)
{
#if defined(__x86_64__)
    if (kernel == ScanKernel::Avx512)
        return avx512;
    if (kernel == ScanKernel::Avx2)
        return avx2;
#endif
    return portable;
}

} // namespace

PackedRows::PackedRows(const RowDistance& rows, std::span<const std::uint32_t> which, std::span<const double> centre)
    : m_size(which.size()), m_dim(rows.dim()), m_values(blocks() * block * m_dim), m_halfSquares(blocks() * block)
{
    for (std::size_t at = 0; at < m_size; ++at) {
        const std::span<const float> row = rows.row(which[at]);
        const double factor = rows.factor(which[at]);
        float* to = m_values.data() + at / panel * panel * m_dim + at % panel;
        double squares = 0;
        for (std::size_t i = 0; i < m_dim; ++i) {
            const auto value = static_cast<float>(static_cast<double>(row[i]) * factor - centre[i]);
            to[i * panel] = value;
            squares += static_cast<double>(value) * static_cast<double>(value);
        }
        m_halfSquares[at] = static_cast<float>(squares / 2);
        m_largest = std::max(m_largest, m_halfSquares[at]);
    }
}

void PackedRows::multiply(std::size_t own, const PackedRows& others, std::size_t other, float* out,
                          ScanKernel kernel) const
{
    const GroupProduct product = productBy(kernel);
    const float *a = m_values.data() + own * block * m_dim, *b = others.m_values.data() + other * block * m_dim;
    std::fill_n(out, block * block, 0.0F);
    for (std::size_t k = 0; k < m_dim; k += depth)
        for (std::size_t column = 0; column < block; column += panel)
            for (std::size_t row = 0; row < block; row += group)
                product(a + row / panel * panel * m_dim + k * panel + row % panel, b + column * m_dim + k * panel,
                        std::min(depth, m_dim - k), out + row * block + column);
}

double PackedRows::relativeError(std::size_t dim)
{
    return static_cast<double>(std::min(depth, dim) + dim / depth + 16) * 0x1p-24 * 2;
}

} // namespace mama

#include "core/library/embeddings/row_scan.h"

#include "core/base/processor.h"
#include "core/library/embeddings/half_float.h"

#include <array>
#if defined(__x86_64__)
#include <immintrin.h>
#endif

namespace mama {
namespace {

const std::vector<float>& floats()
{
    static const std::vector<float> table = [] {
        std::vector<float> out(65536);
        for (std::size_t bits = 0; bits < out.size(); ++bits)
            out[bits] = floatOf(static_cast<std::uint16_t>(bits));
        return out;
    }();
    return table;
}

float portable(const std::uint16_t* row, const float* query, std::size_t dim)
{
    const float* const table = floats().data();
    constexpr std::size_t lanes = 8; // sums that do not wait for each other
    std::array<float, lanes> sums{};
    std::size_t i = 0;
    for (; i + lanes <= dim; i += lanes)
        for (std::size_t k = 0; k < lanes; ++k)
            sums[k] += table[row[i + k]] * query[i + k];
    float sum = 0;
    for (; i < dim; ++i)
        sum += table[row[i]] * query[i];
    for (const float part : sums)
        sum += part;
    return sum;
}

#if defined(__x86_64__)
__attribute__((target("avx2,fma,f16c"))) float avx2(const std::uint16_t* row, const float* query, std::size_t dim)
{
    __m256 a = _mm256_setzero_ps(), b = a, c = a, d = a;
    const auto part = [&](std::size_t at) __attribute__((target("avx2,fma,f16c")))
    {
        return _mm256_cvtph_ps(_mm_loadu_si128(reinterpret_cast<const __m128i*>(row + at)));
    };
    std::size_t i = 0;
    for (; i + 32 <= dim; i += 32) {
        a = _mm256_fmadd_ps(part(i), _mm256_loadu_ps(query + i), a);
        b = _mm256_fmadd_ps(part(i + 8), _mm256_loadu_ps(query + i + 8), b);
        c = _mm256_fmadd_ps(part(i + 16), _mm256_loadu_ps(query + i + 16), c);
        d = _mm256_fmadd_ps(part(i + 24), _mm256_loadu_ps(query + i + 24), d);
    }
    for (; i + 8 <= dim; i += 8)
        a = _mm256_fmadd_ps(part(i), _mm256_loadu_ps(query + i), a);
    alignas(32) std::array<float, 8> sums;
    _mm256_store_ps(sums.data(), _mm256_add_ps(_mm256_add_ps(a, b), _mm256_add_ps(c, d)));
    float sum = 0;
    for (; i < dim; ++i)
        sum += floatOf(row[i]) * query[i];
    for (const float each : sums)
        sum += each;
    return sum;
}

__attribute__((target("avx512f"))) float avx512(const std::uint16_t* row, const float* query, std::size_t dim)
{
    __m512 a = _mm512_setzero_ps(), b = a, c = a, d = a;
    const auto part = [&](std::size_t at) __attribute__((target("avx512f")))
    {
        return _mm512_cvtph_ps(_mm256_loadu_si256(reinterpret_cast<const __m256i*>(row + at)));
    };
    std::size_t i = 0;
    for (; i + 64 <= dim; i += 64) {
        a = _mm512_fmadd_ps(part(i), _mm512_loadu_ps(query + i), a);
        b = _mm512_fmadd_ps(part(i + 16), _mm512_loadu_ps(query + i + 16), b);
        c = _mm512_fmadd_ps(part(i + 32), _mm512_loadu_ps(query + i + 32), c);
        d = _mm512_fmadd_ps(part(i + 48), _mm512_loadu_ps(query + i + 48), d);
    }
    for (; i + 16 <= dim; i += 16)
        a = _mm512_fmadd_ps(part(i), _mm512_loadu_ps(query + i), a);
    alignas(64) std::array<float, 16> sums;
    _mm512_store_ps(sums.data(), _mm512_add_ps(_mm512_add_ps(a, b), _mm512_add_ps(c, d)));
    float sum = 0;
    for (; i < dim; ++i)
        sum += floatOf(row[i]) * query[i];
    for (const float each : sums)
        sum += each;
    return sum;
}
#endif

} // namespace

const char* name(ScanKernel kernel)
{
    return kernel == ScanKernel::Avx512 ? "avx512" : kernel == ScanKernel::Avx2 ? "avx2" : "portable";
}

std::vector<ScanKernel> scanKernels()
{
    std::vector<ScanKernel> out{ScanKernel::Portable};
#if defined(__x86_64__)
    static const Processor own = processor();
    if (own.avx2F16c)
        out.push_back(ScanKernel::Avx2);
    if (own.avx512)
        out.push_back(ScanKernel::Avx512);
#endif
    return out;
}

RowProduct rowProduct(ScanKernel kernel)
{
#if defined(__x86_64__)
    if (kernel == ScanKernel::Avx512)
        return avx512;
    if (kernel == ScanKernel::Avx2)
        return avx2;
#endif
    return portable;
}

} // namespace mama

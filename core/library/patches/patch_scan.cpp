#include "core/library/patches/patch_scan.h"

#include <array>
#include <bit>
#if defined(__x86_64__)
#include <immintrin.h>
#endif

namespace mama {
namespace {

// The sums of all lanes, and what is left of the row from i on.
template <std::size_t lanes>
float withRest(const std::array<float, lanes>& sums, const std::int8_t* row, const float* query, std::size_t i,
               std::size_t dim)
{
    float sum = 0;
    for (; i < dim; ++i)
        sum += static_cast<float>(row[i]) * query[i];
    for (const float each : sums)
        sum += each;
    return sum;
}

float portable(const std::int8_t* row, const float* query, std::size_t dim)
{
    constexpr std::size_t lanes = 8; // sums that do not wait for each other
    std::array<float, lanes> sums{};
    std::size_t i = 0;
    for (; i + lanes <= dim; i += lanes)
        for (std::size_t k = 0; k < lanes; ++k)
            sums[k] += static_cast<float>(row[i + k]) * query[i + k];
    return withRest(sums, row, query, i, dim);
}

void portableDistances(const std::uint64_t* codes, std::size_t count, std::size_t words, const std::uint64_t* query,
                       std::uint16_t* to)
{
    for (std::size_t i = 0; i < count; ++i, codes += words) {
        int bits = 0;
        for (std::size_t word = 0; word < words; ++word)
            bits += std::popcount(codes[word] ^ query[word]);
        to[i] = static_cast<std::uint16_t>(bits);
    }
}

#if defined(__x86_64__)
__attribute__((target("avx2,fma"))) float avx2(const std::int8_t* row, const float* query, std::size_t dim)
{
    __m256 a = _mm256_setzero_ps(), b = a;
    const auto part = [&](std::size_t at) __attribute__((target("avx2,fma")))
    {
        const __m128i bytes = _mm_loadl_epi64(reinterpret_cast<const __m128i*>(row + at));
        return _mm256_cvtepi32_ps(_mm256_cvtepi8_epi32(bytes));
    };
    std::size_t i = 0;
    for (; i + 16 <= dim; i += 16) {
        a = _mm256_fmadd_ps(part(i), _mm256_loadu_ps(query + i), a);
        b = _mm256_fmadd_ps(part(i + 8), _mm256_loadu_ps(query + i + 8), b);
    }
    alignas(32) std::array<float, 8> sums;
    _mm256_store_ps(sums.data(), _mm256_add_ps(a, b));
    return withRest(sums, row, query, i, dim);
}

__attribute__((target("avx512f"))) float avx512(const std::int8_t* row, const float* query, std::size_t dim)
{
    __m512 a = _mm512_setzero_ps(), b = a;
    const auto part = [&](std::size_t at) __attribute__((target("avx512f")))
    {
        const __m128i bytes = _mm_loadu_si128(reinterpret_cast<const __m128i*>(row + at));
        return _mm512_cvtepi32_ps(_mm512_cvtepi8_epi32(bytes));
    };
    std::size_t i = 0;
    for (; i + 32 <= dim; i += 32) {
        a = _mm512_fmadd_ps(part(i), _mm512_loadu_ps(query + i), a);
        b = _mm512_fmadd_ps(part(i + 16), _mm512_loadu_ps(query + i + 16), b);
    }
    alignas(64) std::array<float, 16> sums;
    _mm512_store_ps(sums.data(), _mm512_add_ps(a, b));
    return withRest(sums, row, query, i, dim);
}

// Every processor with AVX2 counts bits by an instruction.
__attribute__((target("popcnt"))) void countedDistances(const std::uint64_t* codes, std::size_t count,
                                                        std::size_t words, const std::uint64_t* query,
                                                        std::uint16_t* to)
{
    for (std::size_t i = 0; i < count; ++i, codes += words) {
        long long bits = 0;
        for (std::size_t word = 0; word < words; ++word)
            bits += _mm_popcnt_u64(codes[word] ^ query[word]);
        to[i] = static_cast<std::uint16_t>(bits);
    }
}
#endif

} // namespace

PatchProduct patchProduct(ScanKernel kernel)
{
#if defined(__x86_64__)
    if (kernel == ScanKernel::Avx512)
        return avx512;
    if (kernel == ScanKernel::Avx2)
        return avx2;
#endif
    return portable;
}

CodeDistances codeDistances(ScanKernel kernel)
{
#if defined(__x86_64__)
    if (kernel != ScanKernel::Portable)
        return countedDistances;
#endif
    return portableDistances;
}

} // namespace mama

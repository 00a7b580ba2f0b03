#include "core/base/sha256_lanes.h"

#include <array>
#if defined(__x86_64__)
#include <cpuid.h>
#include <immintrin.h>
#endif

namespace mama {

#if defined(__x86_64__)
namespace {

// FIPS 180-4, 4.2.2.
alignas(16) constexpr std::array<std::uint32_t, 64> constants{
    0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5,
    0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174,
    0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
    0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967,
    0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
    0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
    0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
    0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2};

#define MAMA_SHA __attribute__((target("sha,sse4.1"), always_inline)) inline

// The state in the instructions' order: words a b e f and c d g h, highest first.
struct Lane
{
    __m128i abef, cdgh, abefBefore, cdghBefore;
    __m128i words[4]; // of the schedule, the four rounds to come and those after
};

MAMA_SHA __m128i* vectorsOf(std::uint32_t* state) { return reinterpret_cast<__m128i*>(state); }

MAMA_SHA void load(Lane& lane, std::uint32_t* state)
{
    const __m128i badc = _mm_shuffle_epi32(_mm_loadu_si128(vectorsOf(state)), 0xB1);
    const __m128i hgfe = _mm_shuffle_epi32(_mm_loadu_si128(vectorsOf(state) + 1), 0x1B);
    lane.abef = _mm_alignr_epi8(badc, hgfe, 8);
    lane.cdgh = _mm_blend_epi16(hgfe, badc, 0xF0);
}

MAMA_SHA void store(const Lane& lane, std::uint32_t* state)
{
    const __m128i feba = _mm_shuffle_epi32(lane.abef, 0x1B), dchg = _mm_shuffle_epi32(lane.cdgh, 0xB1);
    _mm_storeu_si128(vectorsOf(state), _mm_blend_epi16(feba, dchg, 0xF0));
    _mm_storeu_si128(vectorsOf(state) + 1, _mm_alignr_epi8(dchg, feba, 8));
}

MAMA_SHA void begin(Lane& lane, const std::byte* block)
{
    const __m128i bigEndian = _mm_set_epi64x(0x0c0d0e0f08090a0bLL, 0x0405060700010203LL);
    lane.abefBefore = lane.abef;
    lane.cdghBefore = lane.cdgh;
    for (std::size_t i = 0; i < 4; ++i)
        lane.words[i] = _mm_shuffle_epi8(_mm_loadu_si128(reinterpret_cast<const __m128i*>(block + 16 * i)), bigEndian);
}

// Four rounds, and the words that are wanted sixteen rounds later.
MAMA_SHA void fourRounds(Lane& lane, std::size_t round)
{
    __m128i& now = lane.words[round % 4];
    const __m128i next = lane.words[(round + 1) % 4], third = lane.words[(round + 2) % 4],
                  last = lane.words[(round + 3) % 4];
    const __m128i sum =
        _mm_add_epi32(now, _mm_load_si128(reinterpret_cast<const __m128i*>(constants.data() + 4 * round)));
    lane.cdgh = _mm_sha256rnds2_epu32(lane.cdgh, lane.abef, sum);
    lane.abef = _mm_sha256rnds2_epu32(lane.abef, lane.cdgh, _mm_shuffle_epi32(sum, 0x0E));
    if (round < 12)
        now =
            _mm_sha256msg2_epu32(_mm_add_epi32(_mm_sha256msg1_epu32(now, next), _mm_alignr_epi8(last, third, 4)), last);
}

MAMA_SHA void end(Lane& lane)
{
    lane.abef = _mm_add_epi32(lane.abef, lane.abefBefore);
    lane.cdgh = _mm_add_epi32(lane.cdgh, lane.cdghBefore);
}

} // namespace

bool hasShaInstructions()
{
    static const bool has = [] {
        unsigned a = 0, b = 0, c = 0, d = 0;
        const bool sse = __get_cpuid(1, &a, &b, &c, &d) != 0 && (c & bit_SSE4_1) != 0;
        return sse && __get_cpuid_count(7, 0, &a, &b, &c, &d) != 0 && (b & bit_SHA) != 0;
    }();
    return has;
}

__attribute__((target("sha,sse4.1"))) void addBlocks(const Sha256Lane& first, const Sha256Lane& second,
                                                     std::size_t blocks)
{
    Lane a, b;
    load(a, first.state);
    load(b, second.state);
    for (std::size_t i = 0; i < blocks; ++i) {
        begin(a, first.blocks + 64 * i);
        begin(b, second.blocks + 64 * i);
#pragma GCC unroll 16
        for (std::size_t round = 0; round < 16; ++round) {
            fourRounds(a, round);
            fourRounds(b, round);
        }
        end(a);
        end(b);
    }
    store(a, first.state);
    store(b, second.state);
}

#undef MAMA_SHA
#else
bool hasShaInstructions() { return false; }

void addBlocks(const Sha256Lane&, const Sha256Lane&, std::size_t) {}
#endif

} // namespace mama

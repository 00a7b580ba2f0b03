#pragma once
#include "core/model/kernels/attention_amx.h"
#include "core/model/kernels/avx512_math.h"

// For source files that are compiled with AMX and AVX-512 flags, and for no others.
namespace mama::amx {

struct alignas(64) TileShape // of all eight: 16 rows of 64 bytes
{
    std::uint8_t palette = 1, startRow = 0, reserved[14] = {};
    std::uint16_t bytes[16] = {64, 64, 64, 64, 64, 64, 64, 64};
    std::uint8_t rows[16] = {16, 16, 16, 16, 16, 16, 16, 16};
};

// oneDNN remembers how it left a thread's tiles: they are left as they were.
class Tiles
{
public:
    Tiles()
    {
        _tile_storeconfig(m_before);
        const TileShape wanted;
        _tile_loadconfig(&wanted);
    }
    ~Tiles()
    {
        if (m_before[0] == 0)
            _tile_release();
        else
            _tile_loadconfig(m_before);
    }
    Tiles(const Tiles&) = delete;
    Tiles& operator=(const Tiles&) = delete;

private:
    alignas(64) std::uint8_t m_before[64];
};

constexpr std::int64_t tilePairs = 256, rowBytes = 64;

// Tiles 0 to 3 sum products of two tiles of rows by two of columns: [rows: 2][columns: 2].
inline void zeroSums()
{
    _tile_zero(0);
    _tile_zero(1);
    _tile_zero(2);
    _tile_zero(3);
}

// secondRows: bfloat16 from the first tile of rows to the second; the second of columns is behind the first.
inline void addProducts(const std::uint16_t* rows, std::int64_t secondRows, const std::uint32_t* columns)
{
    _tile_loadd(4, rows, rowBytes);
    _tile_loadd(6, columns, rowBytes);
    _tile_dpbf16ps(0, 4, 6);
    _tile_loadd(7, columns + tilePairs, rowBytes);
    _tile_dpbf16ps(1, 4, 7);
    _tile_loadd(5, rows + secondRows, rowBytes);
    _tile_dpbf16ps(2, 5, 6);
    _tile_dpbf16ps(3, 5, 7);
}

// Four tiles one behind the other.
inline void loadSums(const float* from)
{
    _tile_loadd(0, from, rowBytes);
    _tile_loadd(1, from + tilePairs, rowBytes);
    _tile_loadd(2, from + 2 * tilePairs, rowBytes);
    _tile_loadd(3, from + 3 * tilePairs, rowBytes);
}

inline void storeSums(float* to)
{
    _tile_stored(0, to, rowBytes);
    _tile_stored(1, to + tilePairs, rowBytes);
    _tile_stored(2, to + 2 * tilePairs, rowBytes);
    _tile_stored(3, to + 3 * tilePairs, rowBytes);
}

// Sixteen rows of sixteen 32-bit values, turned: row i becomes column i.
inline void turn(__m512i (&rows)[16])
{
    __m512i pairs[16];
    for (int i = 0; i < 16; i += 2) {
        pairs[i] = _mm512_unpacklo_epi32(rows[i], rows[i + 1]);
        pairs[i + 1] = _mm512_unpackhi_epi32(rows[i], rows[i + 1]);
    }
    for (int i = 0; i < 16; i += 4)
        for (int k = 0; k < 2; ++k) {
            rows[i + 2 * k] = _mm512_unpacklo_epi64(pairs[i + k], pairs[i + 2 + k]);
            rows[i + 2 * k + 1] = _mm512_unpackhi_epi64(pairs[i + k], pairs[i + 2 + k]);
        }
    for (int i = 0; i < 4; ++i) { // lanes of 128 bits: column i of each four rows
        const __m512i low = _mm512_shuffle_i32x4(rows[i], rows[4 + i], 0x88),
                      high = _mm512_shuffle_i32x4(rows[i], rows[4 + i], 0xdd),
                      low2 = _mm512_shuffle_i32x4(rows[8 + i], rows[12 + i], 0x88),
                      high2 = _mm512_shuffle_i32x4(rows[8 + i], rows[12 + i], 0xdd);
        pairs[i] = _mm512_shuffle_i32x4(low, low2, 0x88);
        pairs[8 + i] = _mm512_shuffle_i32x4(low, low2, 0xdd);
        pairs[4 + i] = _mm512_shuffle_i32x4(high, high2, 0x88);
        pairs[12 + i] = _mm512_shuffle_i32x4(high, high2, 0xdd);
    }
    for (int i = 0; i < 16; ++i)
        rows[i] = pairs[i];
}

// 2^x for x <= 0, relative error below 1e-4: for weights of eight bits.
inline __m512 power(__m512 x)
{
    const __m512 shift = _mm512_set1_ps(12582912); // 1.5 * 2^23: a float plus this one is rounded to a whole number
    const __m512 from = _mm512_max_ps(_mm512_set1_ps(-120), x); // in this order a NaN stays one
    const __m512 shifted = _mm512_add_ps(from, shift), part = _mm512_sub_ps(from, _mm512_sub_ps(shifted, shift));
    __m512 p = _mm512_fmadd_ps(_mm512_set1_ps(5.517160519957542e-2F), part, _mm512_set1_ps(2.426111102104187e-1F));
    p = _mm512_fmadd_ps(p, part, _mm512_set1_ps(6.932609677314758e-1F));
    p = _mm512_fmadd_ps(p, part, _mm512_set1_ps(9.999280571937561e-1F));
    return _mm512_castsi512_ps(
        _mm512_add_epi32(_mm512_castps_si512(p), _mm512_slli_epi32(_mm512_castps_si512(shifted), 23)));
}

} // namespace mama::amx

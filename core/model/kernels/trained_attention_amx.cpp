#include "core/model/kernels/trained_attention_amx.h"

#include "core/model/kernels/amx_tiles.h"

namespace mama::amx {
namespace {

using avx512::lanes;

// What depends on a block of keys is read once for so many of them.
constexpr std::int64_t block = blockKeys, keyBlocks = 2, keyRows = keyBlocks * block;
constexpr std::int64_t tile = tilePairs; // 32-bit values of a tile, 1 kB; bfloat16 are twice as many
constexpr float scale = 0.125F, base2 = scale * avx512::log2OfE; // of scores

// What a head is computed in, tile by tile. padded: tokens, up to whole blocks; behind them rows are zero.
struct Scratch
{
    Scratch(std::byte* at, std::int64_t tokens) : padded(blocks(tokens) * block), m_at(at)
    {
        const std::int64_t size = padded * headDim;
        keys = take<std::uint16_t>(size);
        values = take<std::uint16_t>(size);
        keysAcross = take<std::uint16_t>(size);
        queryScores = take<std::uint32_t>(size / 2);
        querySums = take<std::uint32_t>(size / 2);
        flowScores = take<std::uint32_t>(size / 2);
        flowSums = take<std::uint32_t>(size / 2);
        ofQueries = take<float>(size);
        logSums = take<float>(padded);
        delta = take<float>(padded);
        weights = take<std::uint16_t>(keyRows * padded);
        ofScores = take<std::uint16_t>(keyRows * padded);
        pairs = take<std::uint32_t>(keyRows / 2 * padded);
        scores = take<float>(4 * block * block);
    }
    std::int64_t bytes() const { return m_taken; }

    std::int64_t padded;
    std::uint16_t *keys, *values;           // [padded, 64]
    std::uint16_t* keysAcross;              // [key block][dims: 4][16 dims][32 keys]
    std::uint32_t *queryScores, *querySums; // queries as packHead() packs keys, and values
    std::uint32_t *flowScores, *flowSums;   // the result's gradient likewise
    float* ofQueries;                       // [query block][dims: 4][queries: 2][16 dims][16 queries]
    float *logSums, *delta;                 // [padded]
    std::uint16_t *weights, *ofScores;      // of a block of keys, [keys: 4][query block][16 keys][32 queries]
    std::uint32_t* pairs; // ofScores, two keys side by side: [query block][keys: 2][queries: 2][16 pairs][16 queries]
    float* scores;        // of 32 keys and 32 queries, and how they flow, twice: [2][2][keys: 2][queries: 2][16][16]

private:
    template <class T>
    T* take(std::int64_t count)
    {
        std::byte* from = m_at + m_taken;
        m_taken += (count * static_cast<std::int64_t>(sizeof(T)) + 63) / 64 * 64;
        return reinterpret_cast<T*>(from);
    }

    std::byte* m_at;
    std::int64_t m_taken = 0;
};

void copyRows(const HeadRows& from, std::int64_t tokens, std::int64_t padded, std::uint16_t* to)
{
    for (std::int64_t row = 0; row < padded; ++row, to += headDim)
        for (std::int64_t d = 0; d < headDim; d += 32)
            _mm512_store_si512(to + d, row < tokens ? _mm512_loadu_si512(from.at + row * from.stride + d)
                                                    : _mm512_setzero_si512());
}

void storeHalf(std::uint16_t* to, __m256i values) { _mm256_store_si256(reinterpret_cast<__m256i*>(to), values); }

void turnKeys(const Scratch& s)
{
    for (std::int64_t key = 0; key < s.padded; key += lanes)
        for (std::int64_t d = 0; d < headDim; d += 32) {
            __m512i rows[lanes];
            for (std::int64_t k = 0; k < lanes; ++k)
                rows[k] = _mm512_load_si512(s.keys + (key + k) * headDim + d);
            turn(rows); // two dimensions a row
            std::uint16_t* to = s.keysAcross + key / block * block * headDim + d / 16 * 2 * tile + key % block;
            for (std::int64_t i = 0; i < lanes; ++i) {
                const std::int64_t at = i / 8 * 2 * tile + i % 8 * 2 * block;
                storeHalf(to + at, _mm512_cvtepi32_epi16(rows[i]));
                storeHalf(to + at + block, _mm512_cvtepi32_epi16(_mm512_srli_epi32(rows[i], 16)));
            }
        }
}

// delta[token] = result . flow, and the logarithms of the sums.
void prepareRows(const TrainedHead& head, const Scratch& s)
{
    for (std::int64_t row = 0; row < s.padded; ++row) {
        __m512 sum = _mm512_setzero_ps();
        for (std::int64_t d = 0; row < head.tokens && d < headDim; d += lanes)
            sum = _mm512_fmadd_ps(avx512::load(head.result.at + row * head.result.stride + d),
                                  avx512::load(head.flow.at + row * head.flow.stride + d), sum);
        s.delta[row] = _mm512_reduce_add_ps(sum);
        s.logSums[row] = row < head.tokens ? head.logSums[row] : 0;
    }
}

// 32 keys by 32 queries.
struct Square
{
    std::int64_t key, query;
    float* scores; // and behind them how they flow
};

// One of the eight tiles of a square's scores and flows: rows [32, 64] by packed columns. The tiles of rows and columns
// that the next steps take too stay loaded; the one that a step computes is stored by the next one.
template <int Step>
void computeTile(const std::uint16_t* rows, const std::uint32_t* columns)
{
    constexpr bool secondRows = Step >= 2, secondColumns = Step == 1 || Step == 2;
    if constexpr (Step == 0 || Step == 2) {
        _tile_loadd(2, rows + (secondRows ? 16 * headDim : 0), headDim * 2);
        _tile_loadd(3, rows + (secondRows ? 16 * headDim : 0) + 32, headDim * 2);
    }
    if constexpr (Step == 0) {
        _tile_loadd(4, columns, rowBytes);
        _tile_loadd(5, columns + tile, rowBytes);
    }
    if constexpr (Step == 1) {
        _tile_loadd(6, columns + 2 * tile, rowBytes);
        _tile_loadd(7, columns + 3 * tile, rowBytes);
    }
    if constexpr (Step % 2 == 0 && secondColumns) {
        _tile_zero(0);
        _tile_dpbf16ps(0, 2, 6);
        _tile_dpbf16ps(0, 3, 7);
    } else if constexpr (Step % 2 == 0) {
        _tile_zero(0);
        _tile_dpbf16ps(0, 2, 4);
        _tile_dpbf16ps(0, 3, 5);
    } else if constexpr (secondColumns) {
        _tile_zero(1);
        _tile_dpbf16ps(1, 2, 6);
        _tile_dpbf16ps(1, 3, 7);
    } else {
        _tile_zero(1);
        _tile_dpbf16ps(1, 2, 4);
        _tile_dpbf16ps(1, 3, 5);
    }
}

// Where the tile of a step lies among the four.
constexpr std::int64_t placeOf(int step) { return step % 4 == 2 ? 3 : step % 4 == 3 ? 2 : step % 4; }

void computeStep(const Scratch& s, const Square& square, int step)
{
    const std::uint16_t *keys = s.keys + square.key * headDim, *values = s.values + square.key * headDim;
    const std::int64_t columns = square.query / block * 4 * tile;
    if (step > 0 && (step - 1) % 2 == 0)
        _tile_stored(0, square.scores + ((step - 1) / 4 * 4 + placeOf(step - 1)) * tile, rowBytes);
    else if (step > 0)
        _tile_stored(1, square.scores + ((step - 1) / 4 * 4 + placeOf(step - 1)) * tile, rowBytes);
    switch (step) {
    case 0: computeTile<0>(keys, s.queryScores + columns); break;
    case 1: computeTile<1>(keys, s.queryScores + columns); break;
    case 2: computeTile<2>(keys, s.queryScores + columns); break;
    case 3: computeTile<3>(keys, s.queryScores + columns); break;
    case 4: computeTile<0>(values, s.flowScores + columns); break;
    case 5: computeTile<1>(values, s.flowScores + columns); break;
    case 6: computeTile<2>(values, s.flowScores + columns); break;
    case 7: computeTile<3>(values, s.flowScores + columns); break;
    default: break; // the last one was stored
    }
}

// Weights and the gradient of the scores of a square of the block that begins at `first`, while the tiles compute the
// next one (null: there is none). tokens: beyond them keys weigh nothing.
void softmaxSquare(const Scratch& s, const Square& square, std::int64_t first, std::int64_t tokens, const Square* next)
{
    const __m512i byPairs = _mm512_setr_epi32(0x00100000, 0x00110001, 0x00120002, 0x00130003, 0x00140004, 0x00150005,
                                              0x00160006, 0x00170007, 0x00180008, 0x00190009, 0x001A000A, 0x001B000B,
                                              0x001C000C, 0x001D000D, 0x001E000E, 0x001F000F);
    const std::int64_t blocksAcross = s.padded / block, queryBlock = square.query / block, inBlock = square.key - first;
    for (int step = 0; step < 8; ++step) { // half a tile each
        if (next)
            computeStep(s, *next, step);
        const std::int64_t keyTile = step / 4, column = step / 2 % 2, half = step % 2 * 8;
        const __m512 less = _mm512_load_ps(s.logSums + square.query + column * lanes),
                     mean = _mm512_load_ps(s.delta + square.query + column * lanes);
        const float *scores = square.scores + (keyTile * 2 + column) * tile, *flows = scores + 4 * tile;
        const std::int64_t rows = ((inBlock / lanes + keyTile) * blocksAcross + queryBlock) * 2 * tile + column * lanes;
        std::uint32_t* pairs =
            s.pairs + ((queryBlock * keyBlocks + inBlock / block) * 2 + column) * tile + keyTile * tile / 2;
        for (std::int64_t row = half; row < half + 8; row += 2) {
            __m512 weight[2], gradient[2];
            for (std::int64_t i = 0; i < 2; ++i) {
                const std::int64_t at = (row + i) * lanes;
                const __mmask16 there =
                    square.key + keyTile * lanes + row + i < tokens ? avx512::all : static_cast<__mmask16>(0);
                weight[i] = _mm512_maskz_mov_ps(
                    there, power(_mm512_fmsub_ps(_mm512_load_ps(scores + at), _mm512_set1_ps(base2), less)));
                gradient[i] = _mm512_maskz_mul_ps(there, weight[i], _mm512_sub_ps(_mm512_load_ps(flows + at), mean));
            }
            const auto own = reinterpret_cast<__m512i>(_mm512_cvtne2ps_pbh(weight[1], weight[0])),
                       of = reinterpret_cast<__m512i>(_mm512_cvtne2ps_pbh(gradient[1], gradient[0]));
            storeHalf(s.weights + rows + row * block, _mm512_castsi512_si256(own));
            storeHalf(s.weights + rows + (row + 1) * block, _mm512_extracti64x4_epi64(own, 1));
            storeHalf(s.ofScores + rows + row * block, _mm512_castsi512_si256(of));
            storeHalf(s.ofScores + rows + (row + 1) * block, _mm512_extracti64x4_epi64(of, 1));
            _mm512_store_si512(pairs + row / 2 * lanes, _mm512_permutexvar_epi16(byPairs, of));
        }
    }
    if (next)
        computeStep(s, *next, 8);
}

// Every square of a block of keys.
void softmaxBlock(const Scratch& s, std::int64_t first, std::int64_t keys, std::int64_t tokens)
{
    const std::int64_t across = keys / block, count = s.padded / block * across;
    const auto square = [&](std::int64_t i) {
        return Square{first + i % across * block, i / across * block, s.scores + i % 2 * 2 * block * block};
    };
    const Square begin = square(0);
    for (int step = 0; step <= 8; ++step)
        computeStep(s, begin, step);
    for (std::int64_t i = 0; i < count; ++i) {
        const Square next = square(i + 1);
        softmaxSquare(s, square(i), first, tokens, i + 1 < count ? &next : nullptr);
    }
}

// to [keys: 2][dims: 2][16][16] = weights of 32 keys by packed values, of 32 dimensions.
void sumTile(const std::uint16_t* rows, const std::uint32_t* values, std::int64_t padded, float* to)
{
    const std::int64_t second = padded / block * 2 * tile;
    zeroSums();
    for (std::int64_t query = 0; query < padded; query += block, rows += 2 * tile, values += 4 * tile)
        addProducts(rows, second, values);
    storeSums(to);
}

struct Sums
{
    std::int64_t rows; // keys that there are, at most 32
    std::uint16_t* to;
    std::int64_t stride;
    float factor;
};

// The gradient of 32 keys or values.
void sumRows(const Scratch& s, const std::uint16_t* weights, const std::uint32_t* values, const Sums& sums)
{
    for (std::int64_t d = 0; d < headDim; d += block) {
        sumTile(weights, values + d / lanes * tile, s.padded, s.scores);
        for (std::int64_t row = 0; row < sums.rows; ++row)
            for (std::int64_t i = 0; i < 2; ++i)
                avx512::store(
                    sums.to + row * sums.stride + d + i * lanes,
                    _mm512_mul_ps(_mm512_load_ps(s.scores + (row / lanes * 2 + i) * tile + row % lanes * lanes),
                                  _mm512_set1_ps(sums.factor)));
    }
}

// ofQueries += the block's keys across by the gradient of its scores.
void addToQueries(const Scratch& s, std::int64_t first, std::int64_t keys)
{
    for (std::int64_t queryBlock = 0; queryBlock < s.padded / block; ++queryBlock)
        for (std::int64_t d = 0; d < 4; d += 2) {
            float* to = s.ofQueries + (queryBlock * 4 + d) * 2 * tile;
            loadSums(to);
            for (std::int64_t k = 0; k < keys / block; ++k)
                addProducts(s.keysAcross + ((first / block + k) * 4 + d) * 2 * tile, 2 * tile,
                            s.pairs + (queryBlock * keyBlocks + k) * 2 * tile);
            storeSums(to);
        }
}

// Rows of bfloat16 of ofQueries, times the scores' scale.
void turnBack(const Scratch& s, const TrainedHead& head)
{
    for (std::int64_t query = 0; query < head.tokens; query += lanes)
        for (std::int64_t d = 0; d < 4; ++d) {
            const float* from = s.ofQueries + ((query / block * 4 + d) * 2 + query % block / lanes) * tile;
            __m512i rows[lanes];
            for (std::int64_t i = 0; i < lanes; ++i)
                rows[i] = _mm512_load_si512(from + i * lanes);
            turn(rows);
            for (std::int64_t i = 0; i < lanes && query + i < head.tokens; ++i)
                avx512::store(head.ofQueries + (query + i) * head.stride + d * lanes,
                              _mm512_mul_ps(_mm512_castsi512_ps(rows[i]), _mm512_set1_ps(scale)));
        }
}

} // namespace

std::int64_t gradientScratchBytes(std::int64_t tokens) { return Scratch(nullptr, tokens).bytes(); }

void attentionGradient(const TrainedHead& head, std::byte* scratch)
{
    const Scratch s(scratch, head.tokens);
    copyRows(head.keys, head.tokens, s.padded, s.keys);
    copyRows(head.values, head.tokens, s.padded, s.values);
    turnKeys(s);
    packHead(head.queries.at, head.queries.at, head.queries.stride, head.tokens, s.queryScores, s.querySums);
    packHead(head.flow.at, head.flow.at, head.flow.stride, head.tokens, s.flowScores, s.flowSums);
    prepareRows(head, s);
    for (std::int64_t i = 0; i < s.padded * headDim; i += lanes)
        _mm512_store_ps(s.ofQueries + i, _mm512_setzero_ps());
    const Tiles tiles;
    for (std::int64_t first = 0; first < s.padded; first += keyRows) {
        const std::int64_t keys = s.padded - first < keyRows ? s.padded - first : keyRows;
        softmaxBlock(s, first, keys, head.tokens);
        for (std::int64_t k = 0; k < keys; k += block) {
            const std::int64_t key = first + k, left = head.tokens - key, rows = left < block ? left : block,
                               from = k * s.padded;
            sumRows(s, s.weights + from, s.flowSums, {rows, head.ofValues + key * head.stride, head.stride, 1});
            sumRows(s, s.ofScores + from, s.querySums, {rows, head.ofKeys + key * head.stride, head.stride, scale});
        }
        addToQueries(s, first, keys);
    }
    turnBack(s, head);
}

} // namespace mama::amx

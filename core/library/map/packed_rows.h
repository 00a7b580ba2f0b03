#pragma once
#include "core/library/embeddings/row_scan.h"
#include "core/library/map/row_distance.h"

namespace mama {

// Rows in float32 less a centre, laid out so that a block of them is multiplied with another at the processor's speed:
// panels of 32 rows, number by number. What is missing of the last block is zeros.
class PackedRows
{
public:
    static constexpr std::size_t panel = 32, block = 128; // rows
    // `which` of these rows, each by its factor, less the centre [dim].
    PackedRows(const RowDistance& rows, std::span<const std::uint32_t> which, std::span<const double> centre);

    std::size_t size() const { return m_size; }
    std::size_t blocks() const { return (m_size + block - 1) / block; }
    std::size_t rowsIn(std::size_t at) const { return std::min(block, m_size - at * block); }
    float halfSquare(std::size_t row) const { return m_halfSquares[row]; } // of a row's length
    const float* halfSquares(std::size_t at) const { return m_halfSquares.data() + at * block; }
    float largestHalfSquare() const { return m_largest; }

    // Products of each row of a block with each of a block of other rows: out [block, block].
    void multiply(std::size_t own, const PackedRows& others, std::size_t other, float* out, ScanKernel kernel) const;
    // No product and no half square of a difference is further from the exact one than this, times the sum of both
    // rows' half squares: sums of at most `depth` terms in float32, and the rounding of the rows.
    static double relativeError(std::size_t dim);

private:
    static constexpr std::size_t depth = 128; // numbers that are summed up at a time
    std::size_t m_size, m_dim;
    std::vector<float> m_values;      // [panels, dim, panel]
    std::vector<float> m_halfSquares; // [blocks x block]
    float m_largest = 0;
};

} // namespace mama

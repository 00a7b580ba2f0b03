#pragma once
#include <cstddef>
#include <span>
#include <vector>

namespace mama {

enum class MapMetric { Euclidean, Cosine };

// Distances between rows in float64. Cosine: half the squared distance of the rows divided by their lengths, which is
// 1 - cos, and exactly 0 between equal rows; a row of zeros keeps its zeros.
class RowDistance
{
public:
    // rows [n, dim]; they must outlive this.
    RowDistance(std::span<const float> rows, std::size_t dim, MapMetric metric);

    std::size_t size() const { return m_rows.size() / m_dim; }
    std::size_t dim() const { return m_dim; }
    MapMetric metric() const { return m_metric; }
    std::span<const float> row(std::size_t at) const { return m_rows.subspan(at * m_dim, m_dim); }
    double between(std::size_t a, std::size_t b) const { return to(row(a), factor(a), b); }
    // From a row that is none of these, with its own factor.
    double to(std::span<const float> row, double factorOfIt, std::size_t b) const;
    // What a row is multiplied by: 1, or of cosine 1 / its length.
    double factor(std::size_t at) const { return m_factors.empty() ? 1 : m_factors[at]; }
    static double factorOf(std::span<const float> row, MapMetric metric);

private:
    std::span<const float> m_rows;
    std::size_t m_dim;
    MapMetric m_metric;
    std::vector<double> m_factors; // empty: all 1
};

} // namespace mama

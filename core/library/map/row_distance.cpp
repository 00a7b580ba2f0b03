#include "core/library/map/row_distance.h"

#include <array>
#include <cmath>

namespace mama {

RowDistance::RowDistance(std::span<const float> rows, std::size_t dim, MapMetric metric)
    : m_rows(rows), m_dim(dim), m_metric(metric)
{
    if (metric == MapMetric::Cosine)
        for (std::size_t at = 0; at < size(); ++at)
            m_factors.push_back(factorOf(row(at), metric));
}

double RowDistance::factorOf(std::span<const float> row, MapMetric metric)
{
    if (metric == MapMetric::Euclidean)
        return 1;
    double squares = 0;
    for (const float value : row)
        squares += static_cast<double>(value) * static_cast<double>(value);
    return squares > 0 ? 1 / std::sqrt(squares) : 1;
}

double RowDistance::to(std::span<const float> row, double factorOfIt, std::size_t b) const
{
    constexpr std::size_t lanes = 8; // sums that do not wait for each other
    std::array<double, lanes> sums{};
    const float *x = row.data(), *y = m_rows.data() + b * m_dim;
    const double factorOfB = factor(b);
    const auto square = [&](std::size_t i) {
        const double difference = static_cast<double>(x[i]) * factorOfIt - static_cast<double>(y[i]) * factorOfB;
        return difference * difference;
    };
    std::size_t i = 0;
    for (; i + lanes <= m_dim; i += lanes)
        for (std::size_t k = 0; k < lanes; ++k)
            sums[k] += square(i + k);
    double sum = 0;
    for (; i < m_dim; ++i)
        sum += square(i);
    for (const double part : sums)
        sum += part;
    return m_metric == MapMetric::Euclidean ? std::sqrt(sum) : sum / 2;
}

} // namespace mama

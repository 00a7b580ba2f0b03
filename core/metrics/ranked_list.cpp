#include "core/metrics/ranked_list.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>
#include <numeric>

namespace mama::metrics {
namespace {

constexpr double undefined = std::numeric_limits<double>::quiet_NaN();

double discount(std::size_t place) { return 1 / std::log2(static_cast<double>(place) + 2); }

double gainOf(double relevance, bool exponential) { return exponential ? std::exp2(relevance) - 1 : relevance; }

// The standard normal's quantile, by bisection of its distribution function.
double normalQuantile(double p)
{
    double low = -40, high = 40;
    for (int i = 0; i < 200; ++i) {
        const double middle = (low + high) / 2;
        (std::erfc(-middle / std::sqrt(2.0)) / 2 < p ? low : high) = middle;
    }
    return (low + high) / 2;
}

} // namespace

RankedList::RankedList(std::span<const double> scores, std::span<const double> relevance) : m_order(scores.size())
{
    std::iota(m_order.begin(), m_order.end(), 0U);
    std::stable_sort(m_order.begin(), m_order.end(),
                     [&](std::uint32_t a, std::uint32_t b) { return scores[a] > scores[b]; });
    for (std::size_t i = 0; i < m_order.size(); ++i) {
        m_relevance.push_back(relevance[m_order[i]]);
        m_relevant += m_relevance.back() > 0 ? 1 : 0;
        if (i == 0 || scores[m_order[i]] != scores[m_order[i - 1]])
            m_groups.push_back({i, i});
        m_groups.back().end = i + 1;
    }
}

double RankedList::precisionAt(std::size_t k) const
{
    const std::size_t n = std::min(k, m_order.size());
    const auto end = m_relevance.begin() + static_cast<std::ptrdiff_t>(n);
    const auto hits = std::count_if(m_relevance.begin(), end, [](double each) { return each > 0; });
    return n == 0 ? 0 : static_cast<double>(hits) / static_cast<double>(n);
}

double RankedList::recallAt(std::size_t k) const
{
    const std::size_t n = std::min(k, m_order.size());
    return m_relevant == 0 ? undefined : precisionAt(k) * static_cast<double>(n) / static_cast<double>(m_relevant);
}

double RankedList::precisionAtOfTies(std::size_t k) const
{
    const std::size_t n = std::min(k, m_order.size());
    double hits = 0;
    for (const auto& [first, end] : m_groups) {
        if (first >= n)
            break;
        double relevantHere = 0;
        for (std::size_t i = first; i < end; ++i)
            relevantHere += m_relevance[i] > 0 ? 1 : 0;
        hits += relevantHere * static_cast<double>(std::min(end, n) - first) / static_cast<double>(end - first);
    }
    return n == 0 ? 0 : hits / static_cast<double>(n);
}

double RankedList::averagePrecision() const
{
    double sum = 0, seen = 0;
    for (const auto& [first, end] : m_groups) {
        double here = 0;
        for (std::size_t i = first; i < end; ++i)
            here += m_relevance[i] > 0 ? 1 : 0;
        seen += here;
        sum += here * seen / static_cast<double>(end);
    }
    return m_relevant == 0 ? undefined : sum / static_cast<double>(m_relevant);
}

double RankedList::averagePrecisionByOrder() const
{
    double sum = 0, seen = 0;
    for (std::size_t i = 0; i < m_relevance.size(); ++i)
        if (m_relevance[i] > 0)
            sum += ++seen / static_cast<double>(i + 1);
    return m_relevant == 0 ? undefined : sum / static_cast<double>(m_relevant);
}

double RankedList::reciprocalRank() const
{
    for (std::size_t i = 0; i < m_relevance.size(); ++i)
        if (m_relevance[i] > 0)
            return 1 / static_cast<double>(i + 1);
    return undefined;
}

double RankedList::ndcg(std::size_t k, bool exponential) const
{
    const std::size_t n = k == 0 ? m_order.size() : std::min(k, m_order.size());
    double sum = 0, best = 0;
    for (const auto& [first, end] : m_groups) {
        double gains = 0, discounts = 0;
        for (std::size_t i = first; i < end; ++i) {
            gains += gainOf(m_relevance[i], exponential);
            discounts += i < n ? discount(i) : 0;
        }
        sum += gains * discounts / static_cast<double>(end - first);
    }
    std::vector<double> ideal = m_relevance;
    std::sort(ideal.begin(), ideal.end(), std::greater());
    for (std::size_t i = 0; i < n; ++i)
        best += gainOf(ideal[i], exponential) * discount(i);
    return m_relevant == 0 ? undefined : sum / best;
}

double RankedList::ndcgByOrder() const
{
    double sum = 0, best = 0;
    std::vector<double> ideal = m_relevance;
    std::sort(ideal.begin(), ideal.end(), std::greater());
    for (std::size_t i = 0; i < ideal.size(); ++i) {
        sum += m_relevance[i] * discount(i);
        best += ideal[i] * discount(i);
    }
    return m_relevant == 0 ? undefined : sum / best;
}

double RankedList::averagePrecisionOfChance() const
{
    const auto n = static_cast<double>(m_order.size()), relevant = static_cast<double>(m_relevant);
    if (m_relevant == 0)
        return undefined;
    if (m_order.size() == 1)
        return 1;
    double sum = 0;
    for (std::size_t i = 1; i <= m_order.size(); ++i) {
        const auto place = static_cast<double>(i);
        sum += 1 / place + (relevant - 1) / (n - 1) * (place - 1) / place;
    }
    return sum / n;
}

Interval wilson(std::int64_t hits, std::int64_t n, double level)
{
    if (n == 0)
        return {undefined, undefined};
    const double z = normalQuantile((1 + level) / 2), x = static_cast<double>(hits), all = static_cast<double>(n);
    const double centre = (x + z * z / 2) / (all + z * z),
                 half = z / (all + z * z) * std::sqrt(x * (all - x) / all + z * z / 4);
    return {std::max(0.0, centre - half), std::min(1.0, centre + half)};
}

} // namespace mama::metrics

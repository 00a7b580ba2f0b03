#include "core/metrics/ranking.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

namespace mama::metrics {

Ranking::Ranking(std::span<const double> scores, const std::vector<bool>& positive)
    : m_order(scores.size()), m_positive(scores.size()), m_tieEnds(scores.size()), m_scores(scores.size())
{
    std::iota(m_order.begin(), m_order.end(), 0U);
    std::stable_sort(m_order.begin(), m_order.end(),
                     [&](std::uint32_t a, std::uint32_t b) { return scores[a] > scores[b]; });
    for (std::size_t i = 0; i < m_order.size(); ++i) {
        m_scores[i] = scores[m_order[i]];
        m_positive[i] = positive[m_order[i]] ? 1 : 0;
    }
    for (std::size_t i = 0; i < m_order.size(); ++i)
        m_tieEnds[i] = i + 1 == m_order.size() || m_scores[i] != m_scores[i + 1] ? 1 : 0;
}

RankingFigures Ranking::figures(std::span<const double> weights) const
{
    // Down the ranking: a pair counts when its positive comes first, half when both share the score.
    double positives = 0, negatives = 0, tiePositives = 0, tieNegatives = 0, negativesAfter = 0, precisionSum = 0;
    for (std::size_t i = 0; i < m_order.size(); ++i) {
        const double weight = weights[m_order[i]];
        (m_positive[i] ? tiePositives : tieNegatives) += weight;
        if (!m_tieEnds[i])
            continue;
        negativesAfter += tiePositives * (negatives + tieNegatives / 2);
        positives += tiePositives;
        negatives += tieNegatives;
        if (tiePositives > 0)
            precisionSum += tiePositives * positives / (positives + negatives);
        tiePositives = tieNegatives = 0;
    }
    constexpr double undefined = std::numeric_limits<double>::quiet_NaN();
    RankingFigures result;
    result.auc = positives > 0 && negatives > 0 ? 1 - negativesAfter / (positives * negatives) : undefined;
    result.averagePrecision = positives > 0 ? precisionSum / positives : undefined;
    return result;
}

std::vector<Ranking::Step> Ranking::steps(std::span<const double> weights) const
{
    std::vector<Step> result;
    double positives = 0, negatives = 0, tie = 0;
    for (std::size_t i = 0; i < m_order.size(); ++i) {
        const double weight = weights[m_order[i]];
        (m_positive[i] ? positives : negatives) += weight;
        tie += weight;
        if (m_tieEnds[i] && tie > 0)
            result.push_back({positives, negatives, m_scores[i]});
        if (m_tieEnds[i])
            tie = 0;
    }
    return result;
}

std::vector<RocPoint> Ranking::roc(std::span<const double> weights) const
{
    const std::vector<Step> all = steps(weights);
    if (all.empty() || all.back().positives <= 0 || all.back().negatives <= 0)
        return {};
    std::vector<RocPoint> result{{0, 0, std::numeric_limits<double>::infinity()}};
    for (std::size_t i = 0; i < all.size(); ++i) {
        const bool inside = i > 0 && i + 1 < all.size();
        const bool straight = inside &&
                              all[i + 1].positives - all[i].positives == all[i].positives - all[i - 1].positives &&
                              all[i + 1].negatives - all[i].negatives == all[i].negatives - all[i - 1].negatives;
        if (!straight)
            result.push_back(
                {all[i].negatives / all.back().negatives, all[i].positives / all.back().positives, all[i].score});
    }
    return result;
}

double Ranking::specificityAtSensitivity(double sensitivity, std::span<const double> weights) const
{
    const std::vector<RocPoint> curve = roc(weights);
    if (curve.empty())
        return std::numeric_limits<double>::quiet_NaN();
    const auto nearest = std::min_element(curve.begin(), curve.end(), [&](const RocPoint& a, const RocPoint& b) {
        return std::abs(a.truePositiveRate - sensitivity) < std::abs(b.truePositiveRate - sensitivity);
    });
    return 1 - nearest->falsePositiveRate;
}

} // namespace mama::metrics

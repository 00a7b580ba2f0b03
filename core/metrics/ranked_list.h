#pragma once
#include "core/metrics/delong.h"

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace mama::metrics {

// A list that a user sees: by score downwards, ties by the lowest index. NaN where nothing in it is relevant, except
// precision, which is 0 then.
class RankedList
{
public:
    // relevance: 0 is not relevant; greater: how much. Same order, finite.
    RankedList(std::span<const double> scores, std::span<const double> relevance);

    const std::vector<std::uint32_t>& order() const { return m_order; }
    std::size_t relevant() const { return m_relevant; }
    // Of the first k; of a shorter list of all of it.
    double precisionAt(std::size_t k) const;
    double recallAt(std::size_t k) const;
    // The mean over all orders of items with equal scores.
    double precisionAtOfTies(std::size_t k) const;
    // Sum of (recall step x precision) at every distinct score: what scikit-learn's average_precision_score gives.
    double averagePrecision() const;
    double averagePrecisionByOrder() const;
    double reciprocalRank() const;
    // Discounted cumulative gain by the best possible at the same k: gain is the relevance (exponential: 2^relevance
    // less 1), discount 1 / log2(rank + 1), of tied items the mean of their group's: scikit-learn's ndcg_score. k 0:
    // all.
    double ndcg(std::size_t k = 0, bool exponential = false) const;
    double ndcgByOrder() const;
    // The expected average precision of a random order.
    double averagePrecisionOfChance() const;

private:
    struct Group // of items with one score
    {
        std::size_t first, end;
    };
    std::vector<std::uint32_t> m_order;
    std::vector<double> m_relevance; // in that order
    std::vector<Group> m_groups;
    std::size_t m_relevant = 0;
};

// Wilson's interval of a share of hits; NaN for n = 0. level in (0, 1).
Interval wilson(std::int64_t hits, std::int64_t n, double level = 0.95);

} // namespace mama::metrics

#pragma once
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace mama::metrics {

// One point of a receiver operating characteristic: everything scored at or above `threshold` is called positive.
struct RocPoint
{
    double falsePositiveRate = 0;
    double truePositiveRate = 0;
    double threshold = 0; // infinite at the start (0, 0)
};

// What a ranking of one class against the rest gives; NaN where a side is empty.
struct RankingFigures
{
    double auc = 0;              // ties count one half
    double averagePrecision = 0; // step-wise, no interpolation; needs positives only
};

// The samples of one class against the rest, sorted once by descending score, so that figures under many
// weightings (a bootstrap) cost one sweep each.
class Ranking
{
public:
    // scores and positive: [N], same order.
    Ranking(std::span<const double> scores, const std::vector<bool>& positive);

    // weights [N]: how often each sample counts; zero leaves it out.
    RankingFigures figures(std::span<const double> weights) const;
    // From (0, 0) to (1, 1); points inside straight segments are left out as scikit-learn's roc_curve does
    // (drop_intermediate). Empty if a side has no weight.
    std::vector<RocPoint> roc(std::span<const double> weights) const;
    // The reference's operating point: specificity at the ROC point whose sensitivity is nearest to the wanted
    // one (the first such point). NaN if a side is empty. Source: get_specificity_with_sensitivity.
    double specificityAtSensitivity(double sensitivity, std::span<const double> weights) const;

private:
    struct Step // cumulative weights after one distinct score
    {
        double positives, negatives, score;
    };
    std::vector<Step> steps(std::span<const double> weights) const;

    std::vector<std::uint32_t> m_order;
    std::vector<std::uint8_t> m_positive; // in sorted order
    std::vector<std::uint8_t> m_tieEnds;  // whether the next score differs, in sorted order
    std::vector<double> m_scores;         // in sorted order
};

} // namespace mama::metrics

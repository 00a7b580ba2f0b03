#include "core/metrics/delong.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <vector>

namespace mama::metrics {
namespace {

constexpr double undefined = std::numeric_limits<double>::quiet_NaN();

// Rank of each value from 1; equal values share their mean rank.
std::vector<double> midRanks(std::span<const double> values)
{
    std::vector<std::size_t> order(values.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return values[a] < values[b]; });
    std::vector<double> ranks(values.size());
    for (std::size_t first = 0; first < order.size();) {
        std::size_t end = first + 1;
        while (end < order.size() && values[order[end]] == values[order[first]])
            ++end;
        for (std::size_t i = first; i < end; ++i)
            ranks[order[i]] = 0.5 * static_cast<double>(first + 1 + end);
        first = end;
    }
    return ranks;
}

double variance(std::span<const double> values, double mean)
{
    double sum = 0;
    for (const double value : values)
        sum += (value - mean) * (value - mean);
    return values.size() > 1 ? sum / static_cast<double>(values.size() - 1) : undefined;
}

// Share of the other side that each sample beats: (rank among all - rank within its side) / size of the other side.
std::vector<double> components(std::span<const double> all, std::span<const double> within, std::size_t others)
{
    std::vector<double> result(within.size());
    for (std::size_t i = 0; i < within.size(); ++i)
        result[i] = (all[i] - within[i]) / static_cast<double>(others);
    return result;
}

} // namespace

DeLong delong(std::span<const double> positives, std::span<const double> negatives)
{
    DeLong result{undefined, undefined, {undefined, undefined}, {undefined, undefined}};
    if (positives.empty() || negatives.empty())
        return result;
    std::vector<double> all(positives.begin(), positives.end());
    all.insert(all.end(), negatives.begin(), negatives.end());
    const std::vector<double> joint = midRanks(all), positiveRanks = midRanks(positives),
                              negativeRanks = midRanks(negatives);
    const std::span<const double> jointSpan(joint);
    const std::vector<double> above = components(jointSpan.first(positives.size()), positiveRanks, negatives.size());
    const std::vector<double> below = components(jointSpan.last(negatives.size()), negativeRanks, positives.size());
    const double auc = std::accumulate(above.begin(), above.end(), 0.0) / static_cast<double>(above.size());
    result.auc = auc;
    result.variance = variance(above, auc) / static_cast<double>(above.size()) +
                      variance(below, 1 - auc) / static_cast<double>(below.size());
    const double error = std::sqrt(result.variance);
    if (!std::isfinite(error))
        return result;
    result.ci95 = {std::clamp(auc - normal975 * error, 0.0, 1.0), std::clamp(auc + normal975 * error, 0.0, 1.0)};
    if (auc > 0 && auc < 1) {
        const double centre = std::log(auc / (1 - auc)), reach = normal975 * error / (auc * (1 - auc));
        result.ci95Logit = {1 / (1 + std::exp(reach - centre)), 1 / (1 + std::exp(-reach - centre))};
    }
    return result;
}

} // namespace mama::metrics

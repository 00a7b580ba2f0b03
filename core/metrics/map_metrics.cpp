#include "core/metrics/map_metrics.h"

#include "core/base/error.h"

#include <algorithm>
#include <cfloat>
#include <cmath>
#include <limits>
#include <numeric>
#include <utility>

namespace mama::metrics {
namespace {

constexpr double undefined = std::numeric_limits<double>::quiet_NaN();

struct Overlap
{
    double intersection = 0, activated = 0, finding = 0;

    double iou() const
    {
        const double both = activated + finding - intersection;
        return both > 0 ? intersection / both : undefined;
    }
    double dice() const { return activated + finding > 0 ? 2 * intersection / (activated + finding) : undefined; }
};

// values > threshold against the finding.
Overlap overlap(std::span<const double> values, const MapTarget& target, double threshold)
{
    Overlap result;
    result.finding = target.totalInside();
    for (std::size_t i = 0; i < values.size(); ++i)
        if (values[i] > threshold) {
            result.intersection += target.inside[i];
            result.activated += target.area[i];
        }
    return result;
}

// (mean inside - mean outside) / sqrt(variance inside + variance outside), each patch weighing as its area.
double contrastToNoise(std::span<const double> values, const MapTarget& target)
{
    std::array<double, 2> weight{}, sum{}, squares{};
    for (std::size_t i = 0; i < values.size(); ++i) {
        if (target.area[i] <= 0)
            continue;
        const std::array<double, 2> parts{target.area[i] - target.inside[i], target.inside[i]};
        for (std::size_t side = 0; side < 2; ++side) {
            weight[side] += parts[side];
            sum[side] += parts[side] * values[i];
        }
    }
    if (weight[0] <= 0 || weight[1] <= 0)
        return undefined;
    const std::array<double, 2> mean{sum[0] / weight[0], sum[1] / weight[1]};
    bool constant = true;
    double seen = undefined;
    for (std::size_t i = 0; i < values.size(); ++i) {
        if (target.area[i] <= 0)
            continue;
        constant = constant && (std::isnan(seen) || values[i] == seen);
        seen = values[i];
        squares[0] += (target.area[i] - target.inside[i]) * (values[i] - mean[0]) * (values[i] - mean[0]);
        squares[1] += target.inside[i] * (values[i] - mean[1]) * (values[i] - mean[1]);
    }
    const double noise = std::sqrt(squares[0] / weight[0] + squares[1] / weight[1]);
    return constant || noise <= 0 ? undefined : (mean[1] - mean[0]) / noise;
}

void findPeak(std::span<const double> values, const MapTarget& target, MapFigures& result)
{
    std::size_t peak = values.size();
    for (std::size_t i = 0; i < values.size(); ++i)
        if (target.counted[i] && (peak == values.size() || values[i] > values[peak]))
            peak = i;
    const bool found = peak < values.size();
    const bool defined = found && target.totalInside() > 0;
    result.peak = found ? values[peak] : undefined;
    result.pointingHit = defined ? target.centreInside[peak] : undefined;
    result.pointingHitAnyTie = defined ? 0 : undefined;
    if (!found)
        return;
    result.peakRow = static_cast<int>(peak) / target.columns;
    result.peakColumn = static_cast<int>(peak) % target.columns;
    for (std::size_t i = 0; i < values.size(); ++i)
        if (target.counted[i] && values[i] == values[peak]) {
            result.ties += i == peak ? 0 : 1;
            if (defined && target.centreInside[i])
                result.pointingHitAnyTie = 1;
        }
}

// Scaled to [0, 1] over the patches that count; a constant map becomes all zeros. Others are cut at 0, and may
// exceed 1.
std::vector<double> scaled(std::span<const double> values, const MapTarget& target)
{
    double low = std::numeric_limits<double>::infinity(), high = -low;
    for (std::size_t i = 0; i < values.size(); ++i)
        if (target.counted[i]) {
            low = std::min(low, values[i]);
            high = std::max(high, values[i]);
        }
    std::vector<double> result(values.size(), 0.0);
    if (high > low)
        std::transform(values.begin(), values.end(), result.begin(),
                       [&](double value) { return std::max((value - low) / (high - low), 0.0); });
    return result;
}

// Otsu's threshold of an 8-bit histogram as OpenCV computes it.
int otsu(const std::array<double, 256>& histogram)
{
    const double total = std::accumulate(histogram.begin(), histogram.end(), 0.0);
    if (total <= 0)
        return 0;
    double mean = 0, mean1 = 0, share1 = 0, best = 0;
    for (std::size_t i = 0; i < 256; ++i)
        mean += static_cast<double>(i) * histogram[i] / total;
    int threshold = 0;
    for (std::size_t i = 0; i < 256; ++i) {
        const double share = histogram[i] / total;
        mean1 *= share1;
        share1 += share;
        const double share2 = 1 - share1;
        if (std::min(share1, share2) < FLT_EPSILON || std::max(share1, share2) > 1 - FLT_EPSILON)
            continue;
        mean1 = (mean1 + static_cast<double>(i) * share) / share1;
        const double mean2 = (mean - share1 * mean1) / share2;
        const double between = share1 * share2 * (mean1 - mean2) * (mean1 - mean2);
        if (between > best) {
            best = between;
            threshold = static_cast<int>(i);
        }
    }
    return threshold;
}

void addOtsu(std::span<const double> scaledValues, const MapTarget& target, MapFigures& result)
{
    std::vector<double> bytes(scaledValues.size());
    std::array<double, 256> histogram{};
    for (std::size_t i = 0; i < bytes.size(); ++i) {
        bytes[i] = std::clamp(std::floor(scaledValues[i] * 255 + 0.5), 0.0, 255.0);
        if (target.counted[i])
            histogram[static_cast<std::size_t>(bytes[i])] += 1;
    }
    result.otsuThreshold = otsu(histogram);
    const Overlap found = overlap(bytes, target, result.otsuThreshold);
    result.otsuPixels = found.activated;
    result.iouOtsu = found.iou();
    result.diceOtsu = found.dice();
}

// Patches by the share that the finding covers; of all prefixes the one with the best overlap.
void addOracle(const MapTarget& target, MapFigures& result)
{
    std::vector<std::size_t> order;
    result.oraclePointing = 0;
    for (std::size_t i = 0; i < target.inside.size(); ++i) {
        if (target.inside[i] > 0)
            order.push_back(i);
        if (target.counted[i] && target.centreInside[i])
            result.oraclePointing = 1;
    }
    const auto share = [&](std::size_t i) { return target.inside[i] / target.area[i]; };
    std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return share(a) > share(b); });
    Overlap prefix;
    prefix.finding = target.totalInside();
    result.chance = target.totalArea() > 0 ? prefix.finding / target.totalArea() : undefined;
    if (prefix.finding <= 0) {
        result.oraclePointing = result.oracleIou = result.oracleDice = undefined;
        return;
    }
    for (const std::size_t i : order) {
        prefix.intersection += target.inside[i];
        prefix.activated += target.area[i];
        result.oracleIou = std::max(result.oracleIou, prefix.iou());
        result.oracleDice = std::max(result.oracleDice, prefix.dice());
    }
}

double meanOf(const std::array<double, 5>& values)
{
    return std::accumulate(values.begin(), values.end(), 0.0) / static_cast<double>(values.size());
}

// Patches without a value were not seen by the model: what lies in them is out of the map's reach.
MapTarget withoutUnseen(MapTarget target, std::vector<double>& values)
{
    for (std::size_t i = 0; i < values.size(); ++i)
        if (std::isnan(values[i])) {
            target.unseenInside += std::exchange(target.inside[i], 0);
            target.unseenArea += std::exchange(target.area[i], 0);
            target.counted[i] = target.centreInside[i] = 0;
            values[i] = -std::numeric_limits<double>::infinity();
        }
    return target;
}

} // namespace

MapFigures mapFigures(std::span<const float> map, const MapTarget& whole, std::optional<double> threshold)
{
    if (map.empty() || map.size() != whole.inside.size())
        throw Error(ErrorCode::Data, "map metrics", "map",
                    std::to_string(map.size()) + " patches, the mask's grid has " +
                        std::to_string(whole.inside.size()));
    if (std::any_of(map.begin(), map.end(), [](float value) { return std::isinf(value); }))
        throw Error(ErrorCode::Data, "map metrics", "map", "a value is infinite");
    std::vector<double> values(map.begin(), map.end());
    const MapTarget target = withoutUnseen(whole, values);
    const std::vector<double> unit = scaled(values, target);
    MapFigures result;
    result.insidePixels = target.totalInside();
    result.cnrSigned = contrastToNoise(values, target);
    result.cnrUnsigned = std::abs(result.cnrSigned);
    findPeak(values, target, result);
    for (std::size_t i = 0; i < mapThresholds.size(); ++i) {
        result.iouRaw[i] = overlap(values, target, mapThresholds[i]).iou();
        result.iouMinmax[i] = overlap(unit, target, mapThresholds[i]).iou();
    }
    result.miouRaw = meanOf(result.iouRaw);
    result.miouMinmax = meanOf(result.iouMinmax);
    addOtsu(unit, target, result);
    result.iouAtThreshold = threshold ? overlap(values, target, *threshold).iou() : undefined;
    result.diceAtThreshold = threshold ? overlap(values, target, *threshold).dice() : undefined;
    addOracle(target, result);
    return result;
}

} // namespace mama::metrics

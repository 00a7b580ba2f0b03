#include "core/metrics/map_metrics.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <nlohmann/json.hpp>

namespace mama::metrics {
namespace {

constexpr double undefined = std::numeric_limits<double>::quiet_NaN();

struct Named
{
    const char* name;
    double MapFigures::*value;
};

// What is averaged over a set.
constexpr Named averaged[] = {{"cnr_signed", &MapFigures::cnrSigned},
                              {"cnr_unsigned", &MapFigures::cnrUnsigned},
                              {"pointing_hit", &MapFigures::pointingHit},
                              {"pointing_hit_any_tie", &MapFigures::pointingHitAnyTie},
                              {"miou_raw", &MapFigures::miouRaw},
                              {"miou_minmax", &MapFigures::miouMinmax},
                              {"iou_otsu", &MapFigures::iouOtsu},
                              {"dice_otsu", &MapFigures::diceOtsu},
                              {"iou_at_threshold", &MapFigures::iouAtThreshold},
                              {"dice_at_threshold", &MapFigures::diceAtThreshold},
                              {"oracle_pointing", &MapFigures::oraclePointing},
                              {"oracle_iou", &MapFigures::oracleIou},
                              {"oracle_dice", &MapFigures::oracleDice},
                              {"chance", &MapFigures::chance}};

double weightedMean(std::span<const double> values, std::span<const double> weights)
{
    double sum = 0, total = 0;
    for (std::size_t i = 0; i < values.size(); ++i)
        if (!std::isnan(values[i])) {
            sum += weights[i] * values[i];
            total += weights[i];
        }
    return total > 0 ? sum / total : undefined;
}

nlohmann::json flag(double value) { return std::isnan(value) ? nlohmann::json(nullptr) : nlohmann::json(value != 0); }

nlohmann::json entryJson(const MapSummary::Entry& entry)
{
    return {{"mean", entry.mean},
            {"ci95", std::isnan(entry.ci95[0]) ? nlohmann::json(nullptr) : nlohmann::json(entry.ci95)},
            {"maps", entry.maps}};
}

} // namespace

nlohmann::json toJson(const MapFigures& f)
{
    return {{"mask_pixels", static_cast<std::int64_t>(f.insidePixels)},
            {"cnr_signed", f.cnrSigned},
            {"cnr_unsigned", f.cnrUnsigned},
            {"argmax_row_col", {f.peakRow, f.peakColumn}},
            {"peak", f.peak},
            {"ties", f.ties},
            {"pointing_hit", flag(f.pointingHit)},
            {"pointing_hit_any_tie", flag(f.pointingHitAnyTie)},
            {"iou_raw", f.iouRaw},
            {"miou_raw", f.miouRaw},
            {"iou_minmax", f.iouMinmax},
            {"miou_minmax", f.miouMinmax},
            {"otsu_threshold", f.otsuThreshold},
            {"otsu_pixels", static_cast<std::int64_t>(f.otsuPixels)},
            {"iou_otsu", f.iouOtsu},
            {"dice_otsu", f.diceOtsu},
            {"iou_at_threshold", f.iouAtThreshold},
            {"dice_at_threshold", f.diceAtThreshold},
            {"oracle_pointing", flag(f.oraclePointing)},
            {"oracle_iou", f.oracleIou},
            {"oracle_dice", f.oracleDice},
            {"chance", f.chance}};
}

Cancellable<MapSummary> summarise(const std::vector<MapFigures>& maps, const std::vector<std::string>& patients,
                                  std::optional<double> threshold, const BootstrapOptions& options, const Job& job)
{
    // One column a figure; NaN where a map does not count for it.
    std::vector<std::vector<double>> columns(std::size(averaged) + 1, std::vector<double>(maps.size(), undefined));
    MapSummary summary;
    for (std::size_t i = 0; i < maps.size(); ++i) {
        const bool positive = maps[i].insidePixels > 0;
        ++(positive ? summary.positives : summary.negatives);
        for (std::size_t figure = 0; positive && figure < std::size(averaged); ++figure)
            columns[figure][i] = maps[i].*averaged[figure].value;
        if (!positive && threshold)
            columns.back()[i] = maps[i].peak > *threshold ? 1 : 0;
    }
    const auto statistic = [&columns](std::span<const double> weights) {
        std::vector<double> means;
        for (const auto& column : columns)
            means.push_back(weightedMean(column, weights));
        return means;
    };
    const Resampler resampler = patients.empty() ? Resampler(maps.size()) : Resampler(patients);
    const auto intervals = bootstrap(resampler, statistic, options, job);
    if (!intervals)
        return std::nullopt;
    const std::vector<double> means = statistic(std::vector<double>(maps.size(), 1.0));
    const auto entry = [&](std::string name, std::size_t figure) {
        const auto defined = std::count_if(columns[figure].begin(), columns[figure].end(),
                                           [](double value) { return !std::isnan(value); });
        return MapSummary::Entry{std::move(name), means[figure], (*intervals)[figure], static_cast<int>(defined)};
    };
    for (std::size_t figure = 0; figure < std::size(averaged); ++figure)
        summary.entries.push_back(entry(averaged[figure].name, figure));
    summary.falseActivation = entry("false_activation_rate", std::size(averaged));
    return summary;
}

nlohmann::json toJson(const MapSummary& summary)
{
    nlohmann::json json{{"positives", summary.positives}, {"negatives", summary.negatives}};
    for (const MapSummary::Entry& entry : summary.entries)
        json[entry.name] = entryJson(entry);
    json[summary.falseActivation.name] = entryJson(summary.falseActivation);
    return json;
}

} // namespace mama::metrics

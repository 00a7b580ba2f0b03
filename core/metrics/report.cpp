#include "core/metrics/report.h"

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>

namespace mama::metrics {
namespace {

using nlohmann::json;

json pair(const Interval& interval) { return std::isnan(interval[0]) ? json(nullptr) : json{interval[0], interval[1]}; }

json optional(double value) { return std::isnan(value) ? json(nullptr) : json(value); }

json valuesOf(const Figure& figure)
{
    if (!figure.perClass)
        return optional(figure.values.front());
    json list = json::array();
    for (const double value : figure.values)
        list.push_back(optional(value));
    return list;
}

json intervalsOf(const FigureWithInterval& entry)
{
    if (!entry.figure.perClass)
        return pair(entry.intervals.front());
    json list = json::array();
    for (const Interval& interval : entry.intervals)
        list.push_back(pair(interval));
    return list;
}

// A figure that has a value and no interval.
bool anyWithout(const std::vector<FigureWithInterval>& figures)
{
    return std::any_of(figures.begin(), figures.end(), [](const FigureWithInterval& entry) {
        for (std::size_t i = 0; i < entry.intervals.size(); ++i)
            if (!std::isnan(entry.figure.values[i]) && std::isnan(entry.intervals[i][0]))
                return true;
        return false;
    });
}

json delongJson(const DeLong& delong)
{
    return {{"auc", optional(delong.auc)},
            {"variance", optional(delong.variance)},
            {"ci95", pair(delong.ci95)},
            {"ci95_logit", pair(delong.ci95Logit)}};
}

json counts(const Classification& classification)
{
    const Figures figures = classification.figures();
    const std::size_t classes = classification.predictions().classes;
    json result{{"n", classification.predictions().samples()}, {"classes", classes}};
    json rows = json::array(), totals = json::array();
    for (std::size_t truth = 0; truth < classes; ++truth) {
        json row = json::array();
        std::int64_t total = 0;
        for (std::size_t called = 0; called < classes; ++called) {
            const auto count = static_cast<std::int64_t>(figures.confusion[truth * classes + called]);
            row.push_back(count);
            total += count;
        }
        rows.push_back(row);
        totals.push_back(total);
    }
    result["confusion_rows_truth"] = rows;
    result["class_counts"] = totals;
    return result;
}

} // namespace

Cancellable<json> report(const Classification& classification, const ReportOptions& options, const Job& job)
{
    json result = counts(classification);
    for (const Figure& figure : listed(classification.figures()))
        result[std::string(figure.name)] = valuesOf(figure);
    const bool binary = classification.predictions().classes == 2;
    if (binary)
        result["delong"] = delongJson(classification.delong(1));
    result["delong_per_class"] = json::array();
    for (std::size_t of = 0; of < classification.predictions().classes; ++of)
        result["delong_per_class"].push_back(delongJson(classification.delong(of)));
    if (!options.intervals)
        return result;
    const auto figures = withIntervals(classification, options.bootstrap, job);
    if (!figures)
        return std::nullopt;
    json intervals = json::object();
    for (const FigureWithInterval& entry : *figures)
        intervals[std::string(entry.figure.name)] = intervalsOf(entry);
    result["bootstrap_ci95"] = {{"accuracy", intervals["accuracy"]},
                                {"balanced_accuracy", intervals["balanced_accuracy"]},
                                {"auc", binary ? intervals["macro_auc_ovr"] : json(nullptr)}};
    result["intervals"] = std::move(intervals);
    result["bootstrap"] = {{"resamples", options.bootstrap.resamples},
                           {"seed", options.bootstrap.seed},
                           {"level", options.bootstrap.level},
                           {"unit", classification.predictions().patients.empty() ? "sample" : "patient"}};
    if (anyWithout(*figures))
        result["bootstrap"]["no_interval"] = UserText(noInterval).english();
    return result;
}

} // namespace mama::metrics

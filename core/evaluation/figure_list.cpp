#include "core/evaluation/figure_list.h"

#include "core/metrics/ranking.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <memory>
#include <nlohmann/json.hpp>

namespace mama {

void FigureList::addAuc(const std::string& name, const std::vector<double>& scores, const std::vector<bool>& positive,
                        const std::vector<bool>& used)
{
    auto ranking = std::make_shared<metrics::Ranking>(scores, positive);
    m_entries.push_back({name, static_cast<std::size_t>(std::count(used.begin(), used.end(), true)),
                         [ranking, used](std::span<const double> weights) {
                             std::vector<double> own(weights.begin(), weights.end());
                             for (std::size_t i = 0; i < own.size(); ++i)
                                 own[i] = used[i] ? own[i] : 0;
                             return ranking->figures(own).auc;
                         }});
}

void FigureList::addMean(const std::string& name, const std::vector<double>& values)
{
    std::vector<std::pair<std::size_t, double>> defined;
    for (std::size_t i = 0; i < values.size(); ++i)
        if (!std::isnan(values[i]))
            defined.emplace_back(i, values[i]);
    if (defined.empty())
        return;
    const std::size_t n = defined.size();
    m_entries.push_back({name, n, [defined = std::move(defined)](std::span<const double> weights) {
                             double sum = 0, total = 0;
                             for (const auto& [sample, value] : defined) {
                                 sum += weights[sample] * value;
                                 total += weights[sample];
                             }
                             return sum / total;
                         }});
}

void FigureList::addBalancedAccuracy(const std::string& name, const std::vector<int>& truth,
                                     const std::vector<int>& answer)
{
    std::size_t n = 0;
    for (std::size_t i = 0; i < truth.size(); ++i)
        n += truth[i] >= 0 && answer[i] >= 0 ? 1 : 0;
    m_entries.push_back({name, n, [truth, answer](std::span<const double> weights) {
                             std::map<int, std::pair<double, double>> classes; // right, all
                             for (std::size_t i = 0; i < truth.size(); ++i)
                                 if (truth[i] >= 0 && answer[i] >= 0) {
                                     auto& [right, all] = classes[truth[i]];
                                     all += weights[i];
                                     right += truth[i] == answer[i] ? weights[i] : 0;
                                 }
                             double sum = 0, present = 0;
                             for (const auto& [label, counts] : classes)
                                 if (counts.second > 0) {
                                     sum += counts.first / counts.second;
                                     ++present;
                                 }
                             return sum / present;
                         }});
}

Cancellable<nlohmann::json> FigureList::result(const metrics::BootstrapOptions& options, const Job& job) const
{
    const metrics::Statistic all = [&](std::span<const double> weights) {
        std::vector<double> values;
        for (const Entry& entry : m_entries)
            values.push_back(entry.figure(weights));
        return values;
    };
    const auto values = all(std::vector<double>(m_patients.size(), 1));
    const auto intervals = metrics::bootstrap(metrics::Resampler(m_patients), all, options, job);
    if (!intervals)
        return {};
    nlohmann::json made = nlohmann::json::object();
    for (std::size_t i = 0; i < m_entries.size(); ++i)
        if (std::isfinite(values[i]))
            made[m_entries[i].name] = {
                {"value", values[i]}, {"low", (*intervals)[i][0]}, {"high", (*intervals)[i][1]}, {"n", m_entries[i].n}};
    return made;
}

} // namespace mama

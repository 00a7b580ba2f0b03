#include "core/training/lesion_figures.h"

#include "core/metrics/bootstrap.h"
#include "core/metrics/ranking.h"

#include <algorithm>
#include <cmath>

namespace mama {
namespace {

// Whether each of the patches' centres lies in a lesion.
std::vector<bool> centresInside(std::span<const std::uint8_t> lesions, int base, std::size_t patches)
{
    constexpr int half = 128;
    const int side = static_cast<int>(std::lround(std::sqrt(static_cast<double>(patches)))), patch = base / side;
    std::vector<bool> inside;
    for (int row = 0; row < side; ++row)
        for (int column = 0; column < side; ++column)
            inside.push_back(!lesions.empty() && lesions[static_cast<std::size_t>((row * patch + patch / 2) * base + column * patch + patch / 2)] >= half);
    return inside;
}

} // namespace

void LesionFigures::add(std::span<const float> map, std::span<const std::uint8_t> lesions, int base, const std::string& patient)
{
    const auto peak = std::max_element(map.begin(), map.end());
    const std::vector<bool> inside = centresInside(lesions, base, map.size());
    m_scores.push_back(*peak);
    m_present.push_back(!lesions.empty());
    m_hit.push_back(inside[static_cast<std::size_t>(peak - map.begin())]);
    m_reachable.push_back(std::find(inside.begin(), inside.end(), true) != inside.end());
    m_patients.push_back(patient);
}

void LesionFigures::report(const std::string& name, EvalRecord& record) const
{
    if (m_scores.empty())
        return;
    const metrics::Ranking ranking(m_scores, m_present);
    const metrics::Statistic figures = [&](std::span<const double> weights) {
        double lesions = 0, hits = 0, reachable = 0;
        for (std::size_t i = 0; i < weights.size(); ++i)
            if (m_present[i]) {
                lesions += weights[i];
                hits += m_hit[i] ? weights[i] : 0;
                reachable += m_reachable[i] ? weights[i] : 0;
            }
        return std::vector<double>{ranking.figures(weights).auc, hits / lesions, reachable / lesions};
    };
    const std::vector<double> values = figures(std::vector<double>(m_scores.size(), 1));
    const auto intervals = metrics::bootstrap(metrics::Resampler(m_patients), figures, {});
    const auto lesions = std::count(m_present.begin(), m_present.end(), true);
    const char* endings[] = {"_auc", "_hit", "_oracle"};
    for (std::size_t i = 0; i < values.size(); ++i)
        if (std::isfinite(values[i]))
            record.metrics[name + endings[i]] = {values[i], (*intervals)[i][0], (*intervals)[i][1], i == 0 ? static_cast<std::int64_t>(m_scores.size()) : lesions};
}

} // namespace mama

#include "core/training/evaluation/lesion_figures.h"

#include "core/metrics/bootstrap.h"
#include "core/metrics/map_metrics.h"
#include "core/metrics/ranking.h"
#include "core/training/check/figure_names.h"

#include <algorithm>
#include <cmath>

namespace mama {
namespace {

// Where a lesion lies on square patches that share out a square picture.
metrics::MapTarget targetOf(std::span<const std::uint8_t> lesions, int base, std::size_t patches)
{
    constexpr std::uint8_t half = 128;
    const int side = static_cast<int>(std::lround(std::sqrt(static_cast<double>(patches)))), patch = base / side;
    metrics::Mask mask{base, base, {}};
    for (const std::uint8_t share : lesions)
        mask.values.push_back(share >= half);
    std::vector<metrics::Footprint> footprints;
    for (int row = 0; row < side; ++row)
        for (int column = 0; column < side; ++column) {
            const double left = column * patch, top = row * patch;
            footprints.push_back({left, top, left + patch, top + patch, left + patch / 2, top + patch / 2});
        }
    return metrics::targetOnImage(mask, side, side, footprints);
}

} // namespace

void LesionFigures::add(std::span<const float> map, std::span<const std::uint8_t> lesions, int base,
                        const std::string& patient)
{
    m_scores.push_back(*std::max_element(map.begin(), map.end()));
    m_present.push_back(!lesions.empty());
    m_patients.push_back(patient);
    if (lesions.empty()) {
        m_aims.push_back({});
        return;
    }
    const metrics::MapFigures figures = metrics::mapFigures(map, targetOf(lesions, base, map.size()));
    // A lesion that fills half of no pixel cannot be hit.
    const auto orMissed = [](double hit) { return std::isfinite(hit) ? hit : 0; };
    m_aims.push_back(
        {orMissed(figures.pointingHit), orMissed(figures.oraclePointing), figures.cnrSigned, figures.miouMinmax});
}

void LesionFigures::report(const std::string& name, EvalRecord& record, const std::string& ending) const
{
    if (m_scores.empty())
        return;
    const metrics::Ranking ranking(m_scores, m_present);
    const metrics::Statistic figures = [&](std::span<const double> weights) {
        std::vector<double> values{ranking.figures(weights).auc};
        for (std::size_t aim = 0; aim < aims; ++aim) {
            double sum = 0, count = 0;
            for (std::size_t i = 0; i < weights.size(); ++i)
                if (m_present[i] && std::isfinite(m_aims[i][aim])) {
                    sum += weights[i] * m_aims[i][aim];
                    count += weights[i];
                }
            values.push_back(sum / count);
        }
        return values;
    };
    const std::vector<double> values = figures(std::vector<double>(m_scores.size(), 1));
    const auto intervals = metrics::bootstrap(metrics::Resampler(m_patients), figures, {});
    const auto lesions = std::count(m_present.begin(), m_present.end(), true);
    for (std::size_t i = 0; i < values.size(); ++i)
        if (std::isfinite(values[i]))
            record.metrics[name + lesionFigures[i] + ending] = {values[i], (*intervals)[i][0], (*intervals)[i][1],
                                                                i == 0 ? static_cast<std::int64_t>(m_scores.size())
                                                                       : lesions};
}

} // namespace mama

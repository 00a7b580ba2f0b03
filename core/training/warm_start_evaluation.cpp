#include "core/training/warm_start_evaluation.h"

#include "core/metrics/bootstrap.h"
#include "core/metrics/ranking.h"

#include <algorithm>
#include <cmath>

namespace mama {
namespace {

// One kind of lesion over the images looked at.
struct Findings
{
    std::vector<double> scores;
    std::vector<bool> present, hit, reachable;
    std::vector<std::string> patients;

    std::int64_t count() const { return std::count(present.begin(), present.end(), true); }
    void add(std::span<const float> map, bool lesion, const std::vector<bool>& inside)
    {
        const auto peak = std::max_element(map.begin(), map.end());
        scores.push_back(*peak);
        present.push_back(lesion);
        hit.push_back(inside[static_cast<std::size_t>(peak - map.begin())]);
        reachable.push_back(std::find(inside.begin(), inside.end(), true) != inside.end());
    }
};

// Whether each patch's centre lies in a lesion; lesions: side * side shares of pixels, 255 all of it.
std::vector<bool> centresInside(std::span<const std::uint8_t> lesions, int side, int patch)
{
    constexpr int half = 128;
    std::vector<bool> inside;
    for (int row = patch / 2; row < side; row += patch)
        for (int column = patch / 2; column < side; column += patch)
            inside.push_back(lesions[static_cast<std::size_t>(row) * static_cast<std::size_t>(side) + static_cast<std::size_t>(column)] >= half);
    return inside;
}

void report(const Findings& findings, const std::string& name, EvalRecord& record)
{
    const metrics::Ranking ranking(findings.scores, findings.present);
    const metrics::Statistic figures = [&](std::span<const double> weights) {
        double lesions = 0, hits = 0, reachable = 0;
        for (std::size_t i = 0; i < weights.size(); ++i)
            if (findings.present[i]) {
                lesions += weights[i];
                hits += findings.hit[i] ? weights[i] : 0;
                reachable += findings.reachable[i] ? weights[i] : 0;
            }
        return std::vector<double>{ranking.figures(weights).auc, hits / lesions, reachable / lesions};
    };
    const std::vector<double> once(findings.scores.size(), 1);
    const std::vector<double> values = figures(once);
    const auto intervals = metrics::bootstrap(metrics::Resampler(findings.patients), figures, {});
    const char* names[] = {"_auc", "_hit", "_oracle"};
    for (std::size_t i = 0; i < values.size(); ++i)
        if (std::isfinite(values[i]))
            record.metrics[name + names[i]] = {values[i], (*intervals)[i][0], (*intervals)[i][1], i == 0 ? static_cast<std::int64_t>(once.size()) : findings.count()};
}

} // namespace

EvalRecord evaluateWarmStart(const WarmStartTask& task, const EvaluationData& data, int patch, std::int64_t step)
{
    EvalRecord record{step, 0, "validation", {}};
    Findings findings[lesionChannels];
    const int base = data.images.base(), patchOfBase = patch * base / data.side;
    for (const std::size_t image : data.validation([](const TrainingImage&) { return true; })) {
        const std::vector<float> maps = task.maps(data.batches.plain(image), 1, data.side, data.side);
        const std::size_t patches = maps.size() / lesionChannels;
        for (std::size_t kind = 0; kind < lesionChannels; ++kind) {
            const auto lesions = data.images.lesions(image, static_cast<LesionChannel>(kind));
            const std::vector<bool> inside = lesions.empty() ? std::vector<bool>(patches) : centresInside(lesions, base, patchOfBase);
            findings[kind].add(std::span(maps).subspan(kind * patches, patches), !lesions.empty(), inside);
            findings[kind].patients.push_back(data.index.images[image].fields.patient);
        }
    }
    if (findings[0].scores.empty())
        return record;
    report(findings[0], "mass", record);
    report(findings[1], "calcification", record);
    return record;
}

} // namespace mama

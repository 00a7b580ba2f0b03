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

void add(Findings& findings, std::span<const float> map, std::span<const std::uint8_t> lesions, const WarmStartEvaluation& what, const std::string& patient)
{
    const auto peak = std::max_element(map.begin(), map.end());
    findings.scores.push_back(*peak);
    findings.present.push_back(!lesions.empty());
    findings.patients.push_back(patient);
    const int base = what.images.base();
    const std::vector<bool> inside = lesions.empty() ? std::vector<bool>(map.size()) : centresInside(lesions, base, what.patch * base / what.side);
    findings.hit.push_back(inside[static_cast<std::size_t>(peak - map.begin())]);
    findings.reachable.push_back(std::find(inside.begin(), inside.end(), true) != inside.end());
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

EvalRecord WarmStartEvaluation::operator()(std::int64_t step) const
{
    std::vector<std::size_t> usable;
    for (const std::size_t image : index.of(Split::Validation))
        if (images.readable(image))
            usable.push_back(image);
    EvalRecord record{step, 0, "validation", {}};
    const std::size_t count = std::min(most, usable.size());
    Findings findings[lesionChannels];
    for (std::size_t i = 0; i < count; ++i) {
        const std::size_t image = usable[i * usable.size() / count];
        const std::vector<float> maps = task.maps(batches.plain(image), 1, side, side);
        const std::size_t patches = maps.size() / lesionChannels;
        for (std::size_t kind = 0; kind < lesionChannels; ++kind)
            add(findings[kind], std::span(maps).subspan(kind * patches, patches), images.lesions(image, static_cast<LesionChannel>(kind)), *this, index.images[image].fields.patient);
    }
    if (count == 0)
        return record;
    report(findings[0], "mass", record);
    report(findings[1], "calcification", record);
    return record;
}

} // namespace mama

#include "core/evaluation/finding_sample.h"

#include <algorithm>

namespace mama {
namespace {

using Case = FindingSample::Case;

Case caseOf(const FindingAnswer::Kind& answer, const LesionTarget& target, const Geometry& geometry)
{
    Case made{target.present,
              target.reachable,
              target.conspicuity,
              target.chance,
              target.near.empty() ? std::numeric_limits<double>::quiet_NaN() : target.chanceNear,
              {},
              {},
              {}};
    for (const auto& [name, score] : answer.scores)
        made.scores[name] = score;
    for (const auto& [name, map] : answer.maps)
        if (!map.empty()) {
            const MapAim aim = aimOf(map, target);
            made.maps[name] = aim;
            if (aim.patch)
                made.peaks[name] = geometry.patchCentre(static_cast<int>(*aim.patch) / geometry.gridColumns(),
                                                        static_cast<int>(*aim.patch) % geometry.gridColumns());
        }
    return made;
}

int suspiciousOf(const TrainingImage& image)
{
    const int category = classOf(image.labels, biradsLabel).value_or(-1);
    return category == 4 || category == 5 ? 1 : category == 1 || category == 2 ? 0 : -1;
}

} // namespace

FindingSample findingSample(const FindingAnswer& answer, const TrainingImage& image, const PreparedImage& prepared,
                            const std::optional<Spacing>& spacing)
{
    FindingSample made{image.fields.patient, {}, {}};
    for (std::size_t kind = 0; kind < lesionChannels; ++kind)
        made.kinds[kind] =
            caseOf(answer.kinds[kind], lesionTarget(image, static_cast<LesionChannel>(kind), prepared, spacing),
                   prepared.geometry);
    made.labels.density = answer.density.empty() ? -1 : classOf(image.labels, densityLabel).value_or(-1);
    made.labels.densityScores = answer.density;
    made.labels.suspicious = answer.suspicious ? suspiciousOf(image) : -1;
    made.labels.suspicion = answer.suspicious.value_or(0);
    made.labels.normal = image.lesions.empty() && classOf(image.labels, biradsLabel).value_or(1) == 1;
    return made;
}

std::vector<FindingSample> joinedByKey(const std::vector<FindingSample>& images, const std::vector<std::string>& keys)
{
    std::map<std::string, std::vector<const FindingSample*>> groups;
    for (std::size_t i = 0; i < images.size(); ++i)
        groups[keys[i]].push_back(&images[i]);
    std::vector<FindingSample> made;
    for (const auto& [key, group] : groups) {
        FindingSample sum = *group.front();
        const double share = 1.0 / static_cast<double>(group.size());
        for (std::size_t kind = 0; kind < lesionChannels; ++kind) {
            Case& whole = sum.kinds[kind];
            for (auto& [name, score] : whole.scores) {
                score = 0;
                for (const FindingSample* image : group)
                    score += share * image->kinds[kind].scores.at(name);
            }
            for (const FindingSample* image : group)
                whole.present = whole.present || image->kinds[kind].present;
        }
        sum.labels.suspicion = 0;
        std::fill(sum.labels.densityScores.begin(), sum.labels.densityScores.end(), 0.0);
        for (const FindingSample* image : group) {
            sum.labels.suspicion += share * image->labels.suspicion;
            for (std::size_t i = 0; i < sum.labels.densityScores.size(); ++i)
                sum.labels.densityScores[i] += share * image->labels.densityScores[i];
        }
        made.push_back(std::move(sum));
    }
    return made;
}

} // namespace mama

#include "core/zeroshot/neutral_ranks.h"

#include "core/zeroshot/encoded_image.h"
#include "core/zeroshot/similarity.h"
#include "core/zeroshot/study_encoder.h"

#include <algorithm>

namespace mama {
namespace {

void toRanks(std::vector<double>& scores, const std::vector<double>& ascending)
{
    for (double& score : scores)
        score = shareBelow(ascending, score);
}

} // namespace

NeutralRanks::NeutralRanks(const EncodedStudy& study, std::span<const float> neutral, FusionRule rule)
{
    for (const ScoredImage& image : study.images) {
        const std::vector<float> one =
            similarities(image.encoded->global, neutral, static_cast<std::int64_t>(image.encoded->global.size()));
        m_images.emplace_back(one.begin(), one.end());
    }
    FusedScores fused = fuse(m_images, study, rule);
    for (BreastScores& breast : fused.breasts)
        m_breasts.push_back(std::move(breast.scores));
    m_study = std::move(fused.study);
    for (auto* lists : {&m_images, &m_breasts})
        for (auto& list : *lists)
            std::ranges::sort(list);
    std::ranges::sort(m_study);
}

void NeutralRanks::rank(std::vector<std::vector<double>>& images, FusedScores& fused) const
{
    for (std::size_t i = 0; i < images.size(); ++i)
        toRanks(images[i], m_images[i]);
    for (std::size_t b = 0; b < fused.breasts.size(); ++b)
        toRanks(fused.breasts[b].scores, m_breasts[b]);
    toRanks(fused.study, m_study);
}

} // namespace mama

#include "core/library/embeddings/model_ranks.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>

namespace mama {

std::vector<std::uint32_t> ranksOf(std::span<const float> scores)
{
    std::vector<float> sorted;
    for (const float score : scores)
        if (!std::isnan(score))
            sorted.push_back(score);
    std::sort(sorted.begin(), sorted.end(), std::greater<>());
    std::vector<std::uint32_t> out(scores.size(), 0);
    for (std::size_t study = 0; study < scores.size(); ++study)
        if (!std::isnan(scores[study])) {
            const auto place = std::lower_bound(sorted.begin(), sorted.end(), scores[study], std::greater<>());
            out[study] = 1 + static_cast<std::uint32_t>(place - sorted.begin());
        }
    return out;
}

ModelRanks compareRanks(std::span<const std::span<const float>> scores)
{
    constexpr float none = std::numeric_limits<float>::quiet_NaN();
    ModelRanks out;
    if (scores.empty())
        return out;
    std::vector<bool> isRanked(scores.front().size(), true);
    for (const auto& model : scores)
        for (std::size_t study = 0; study < isRanked.size(); ++study)
            isRanked[study] = isRanked[study] && !std::isnan(model[study]);
    out.studies = static_cast<std::size_t>(std::count(isRanked.begin(), isRanked.end(), true));
    for (const auto& model : scores) {
        std::vector<float> common(model.begin(), model.end());
        for (std::size_t study = 0; study < isRanked.size(); ++study)
            if (!isRanked[study])
                common[study] = none;
        out.ranks.push_back(ranksOf(common));
    }
    out.difference.assign(isRanked.size(), none);
    for (std::size_t study = 0; study < isRanked.size(); ++study) {
        if (!isRanked[study])
            continue;
        std::uint32_t low = out.ranks.front()[study], high = low;
        for (const auto& ranks : out.ranks) {
            low = std::min(low, ranks[study]);
            high = std::max(high, ranks[study]);
        }
        out.difference[study] = static_cast<float>(high - low);
    }
    return out;
}

} // namespace mama

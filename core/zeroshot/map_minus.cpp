#include "core/zeroshot/map_minus.h"

#include "core/base/error.h"
#include "core/base/error_actions.h"
#include "core/zeroshot/encoded_image.h"
#include "core/zeroshot/similarity.h"

#include <algorithm>

namespace mama {

const char* name(MapMinus::What what)
{
    switch (what) {
    case MapMinus::What::Reference: return "reference";
    case MapMinus::What::Neutral: return "neutral";
    case MapMinus::What::Sentence: return "sentence";
    case MapMinus::What::Way: return "way";
    case MapMinus::What::Nothing: break;
    }
    return "none";
}

std::string MapMinus::way() const
{
    const std::string own = other && !other->images.empty() ? other->images.front().encoded->mapWay : std::string();
    return own.empty() ? "standard" : own;
}

MapMinus mapMinusByName(const std::string& text, std::string sentence)
{
    using enum MapMinus::What;
    for (const MapMinus::What what : {Nothing, Reference, Neutral, Sentence})
        if (text == name(what)) {
            if ((what == Sentence) == sentence.empty())
                throw Error(ErrorCode::Usage, {action::readParameters}, text,
                            {TextId("zeroshot.minus_sentence", "a sentence to take off the maps goes with sentence")});
            return {what, std::move(sentence)};
        }
    throw Error(ErrorCode::Usage, {action::readParameters}, text,
                {TextId("zeroshot.unknown_minus", "maps can be taken less none, reference, neutral or sentence")});
}

bool MapOffset::takeOff(Raster<float>& map, std::span<const float> sentence, const ScoredImage& image) const
{
    const EncodedImage& encoded = *image.encoded;
    if (m_other) {
        const auto same = std::find_if(m_other->images.begin(), m_other->images.end(), [&](const ScoredImage& each) {
            return each.image.path == image.image.path && each.image.frame == image.image.frame;
        });
        if (same == m_other->images.end() || same->encoded->patches.size() != encoded.patches.size())
            return false;
        const Raster<float> other = alignmentMap(same->encoded->patches, encoded.rows, encoded.columns, sentence);
        for (std::size_t i = 0; i < map.values.size(); ++i)
            map.values[i] -= other.values[i];
    }
    if (!m_direction.empty()) {
        const Raster<float> other = alignmentMap(encoded.patches, encoded.rows, encoded.columns, m_direction);
        for (std::size_t i = 0; i < map.values.size(); ++i)
            map.values[i] -= other.values[i];
    }
    if (!m_reference)
        return true;
    const auto view = referenceView(image.image.slot, image.image.side, image.image.view);
    if (!view || !m_reference->hasView(*view) || map.rows != m_reference->rows || map.columns != m_reference->columns)
        return false;
    for (std::size_t i = 0; i < map.values.size(); ++i)
        map.values[i] -= dot(m_reference->mean(*view * map.values.size() + i), sentence);
    return true;
}

std::optional<std::pair<double, double>> MapOffset::range(const ReferenceSet& set,
                                                          std::span<const float> sentence) const
{
    if (m_other)
        return {}; // the sample has its patches in one way only
    std::vector<float> values = patchCosines(set, sentence);
    if (!m_direction.empty()) {
        const std::vector<float> others = patchCosines(set, m_direction);
        for (std::size_t i = 0; i < values.size(); ++i)
            values[i] -= others[i];
    }
    if (!m_reference)
        return referenceRange(std::move(values));
    std::vector<float> placed; // those of the four views
    for (std::size_t i = 0; i < values.size(); ++i)
        if (const std::int32_t place = m_reference->places[i]; place >= 0)
            placed.push_back(values[i] - dot(m_reference->mean(static_cast<std::size_t>(place)), sentence));
    return referenceRange(std::move(placed));
}

} // namespace mama

#include "core/zeroshot/reference_builder.h"

#include "core/base/error.h"
#include "core/base/error_actions.h"
#include "core/zeroshot/study_encoder.h"
#include "core/zeroshot/texts.h"

#include <algorithm>

namespace mama {

ReferenceBuilder::ReferenceBuilder(std::string name, std::string modelHash, std::size_t patches, std::uint64_t seed)
    : m_wanted(patches), m_random(seed)
{
    m_set.name = std::move(name);
    m_set.model = std::move(modelHash);
}

void ReferenceBuilder::add(const EncodedStudy& study)
{
    bool any = false;
    for (const ScoredImage& image : study.images) {
        if (!image.fused)
            continue;
        const EncodedImage& encoded = *image.encoded;
        if (m_set.dim == 0)
            m_set.dim = encoded.dim;
        if (encoded.dim != m_set.dim)
            throw Error(ErrorCode::Model, {action::makeReference}, image.image.path.string(),
                        {zeroshot_texts::lengthsDiffer});
        any = true;
        m_set.study.push_back(static_cast<std::int32_t>(m_set.studies));
        m_set.sides.push_back(image.image.side);
        m_set.images.insert(m_set.images.end(), encoded.global.begin(), encoded.global.end());
        const auto dim = static_cast<std::size_t>(encoded.dim);
        for (std::size_t i = 0; (i + 1) * dim <= encoded.patches.size(); ++i)
            if (encoded.breast[i] != 0 && encoded.inside[i] != 0)
                offer(std::span(encoded.patches).subspan(i * dim, dim));
    }
    m_set.studies += any ? 1 : 0;
}

void ReferenceBuilder::offer(std::span<const float> patch)
{
    const std::size_t kept = m_set.patches.size() / patch.size();
    ++m_offered;
    if (kept < m_wanted) {
        m_set.patches.insert(m_set.patches.end(), patch.begin(), patch.end());
        return;
    }
    const std::uint64_t place = m_random() % m_offered; // bias below 2^-40 for any set that fits a disk
    if (place < m_wanted)
        std::copy(patch.begin(), patch.end(),
                  m_set.patches.begin() + static_cast<std::ptrdiff_t>(place * patch.size()));
}

} // namespace mama

#include "core/zeroshot/reference_builder.h"

#include "core/base/error.h"
#include "core/base/error_actions.h"
#include "core/zeroshot/encoded_image.h"
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

// The first image says what all others must be.
void ReferenceBuilder::begin(const ScoredImage& image)
{
    const EncodedImage& encoded = *image.encoded;
    if (m_set.dim == 0) {
        m_set.dim = encoded.dim;
        m_set.profile = encoded.profile;
        m_set.profileVersion = encoded.profileVersion;
        m_set.mapWay = encoded.mapWay;
        if (!encoded.patches.empty()) {
            m_set.rows = encoded.rows;
            m_set.columns = encoded.columns;
            m_set.counts.assign(referenceViews * static_cast<std::size_t>(encoded.rows * encoded.columns), 0);
            m_sums.assign(m_set.counts.size() * static_cast<std::size_t>(encoded.dim), 0);
        }
    }
    const bool sameGrid = encoded.patches.empty() || (encoded.rows == m_set.rows && encoded.columns == m_set.columns);
    if (encoded.dim != m_set.dim || !sameGrid)
        throw Error(ErrorCode::Model, {action::makeReference}, image.image.path.string(),
                    {zeroshot_texts::lengthsDiffer});
}

void ReferenceBuilder::add(const EncodedStudy& study)
{
    bool any = false;
    for (const ScoredImage& image : study.images) {
        if (!image.fused)
            continue;
        begin(image);
        add(image);
        any = true;
    }
    m_set.studies += any ? 1 : 0;
}

void ReferenceBuilder::add(const ScoredImage& image)
{
    const EncodedImage& encoded = *image.encoded;
    m_set.study.push_back(static_cast<std::int32_t>(m_set.studies));
    m_set.sides.push_back(image.image.side);
    m_set.images.insert(m_set.images.end(), encoded.global.begin(), encoded.global.end());
    const auto dim = static_cast<std::size_t>(encoded.dim);
    const std::size_t cells = static_cast<std::size_t>(encoded.rows * encoded.columns);
    const auto view = referenceView(image.image.slot, image.image.side, image.image.view);
    for (std::size_t i = 0; (i + 1) * dim <= encoded.patches.size(); ++i) {
        if (encoded.breast[i] == 0 || encoded.inside[i] == 0)
            continue;
        const std::span patch = std::span(encoded.patches).subspan(i * dim, dim);
        offer(patch, view ? static_cast<std::int32_t>(*view * cells + i) : -1);
        if (!view)
            continue;
        const std::size_t place = *view * cells + i;
        ++m_set.counts[place];
        for (std::size_t k = 0; k < dim; ++k)
            m_sums[place * dim + k] += static_cast<double>(patch[k]);
    }
}

void ReferenceBuilder::offer(std::span<const float> patch, std::int32_t place)
{
    const std::size_t kept = m_set.patches.size() / patch.size();
    ++m_offered;
    if (kept < m_wanted) {
        m_set.patches.insert(m_set.patches.end(), patch.begin(), patch.end());
        m_set.places.push_back(place);
        return;
    }
    const std::uint64_t chosen = m_random() % m_offered; // bias below 2^-40 for any set that fits a disk
    if (chosen >= m_wanted)
        return;
    std::copy(patch.begin(), patch.end(), m_set.patches.begin() + static_cast<std::ptrdiff_t>(chosen * patch.size()));
    m_set.places[chosen] = place;
}

ReferenceSet ReferenceBuilder::set() const
{
    ReferenceSet out = m_set;
    const auto dim = static_cast<std::size_t>(out.dim);
    const std::size_t cells = static_cast<std::size_t>(out.rows * out.columns);
    out.means.resize(m_sums.size());
    for (std::size_t view = 0; view < referenceViews && cells > 0; ++view) {
        std::vector<double> all(dim, 0);
        double count = 0;
        const std::size_t first = view * cells;
        for (std::size_t place = first; place < first + cells; ++place) {
            count += out.counts[place];
            for (std::size_t k = 0; k < dim; ++k)
                all[k] += m_sums[place * dim + k];
        }
        for (std::size_t place = first; place < first + cells; ++place)
            for (std::size_t k = 0; k < dim; ++k)
                out.means[place * dim + k] =
                    static_cast<float>(out.counts[place] > 0 ? m_sums[place * dim + k] / out.counts[place]
                                       : count > 0           ? all[k] / count
                                                             : 0);
    }
    return out;
}

} // namespace mama

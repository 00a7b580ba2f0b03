#include "core/library/map/map_points.h"

#include "core/base/hash.h"
#include "core/library/embeddings/half_float.h"

#include <algorithm>

namespace mama {

MapPoints::MapPoints(const EmbeddingIndex& index, std::span<const std::int64_t> studies, MapLevel level)
    : m_index(index)
{
    for (std::size_t study = 0; study < index.size(); ++study) {
        for (const IndexedImage& image : index.imagesOf(study)) {
            if (level == MapLevel::Image) {
                m_first.push_back(static_cast<std::uint32_t>(m_rows.size()));
                m_ids.push_back(image.image);
            }
            m_rows.push_back(image.row);
        }
        if (level == MapLevel::Study && index.has(study)) {
            m_first.push_back(static_cast<std::uint32_t>(m_rows.size() - index.imagesOf(study).size()));
            m_ids.push_back(studies[study]);
        }
    }
    m_first.push_back(static_cast<std::uint32_t>(m_rows.size()));
    Sha256 sum;
    sum.add(index.info().identity.digest() + name(level));
    sum.add(std::as_bytes(std::span(m_ids)));
    sum.add(std::as_bytes(std::span(m_first)));
    sum.add(std::as_bytes(std::span(m_rows)));
    m_hash = sum.finish();
}

RowSource MapPoints::rows() const
{
    return {size(), static_cast<std::size_t>(m_index.info().dim),
            [this](std::size_t point, std::span<float> to) { read(point, to); }};
}

void MapPoints::read(std::size_t point, std::span<float> to) const
{
    std::fill(to.begin(), to.end(), 0.0F);
    const std::uint32_t first = m_first[point], last = m_first[point + 1];
    for (std::uint32_t at = first; at < last; ++at) {
        const std::span<const std::uint16_t> row = m_index.set().row(m_rows[at]);
        for (std::size_t i = 0; i < to.size(); ++i)
            to[i] += floatOf(row[i]);
    }
    for (float& value : to)
        value /= static_cast<float>(last - first);
}

} // namespace mama

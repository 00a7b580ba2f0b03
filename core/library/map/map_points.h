#pragma once
#include "core/library/embeddings/embedding_index.h"
#include "core/library/map/map_settings.h"
#include "core/library/map/principal_axes.h"

namespace mama {

// What a map is made of: every study or image that has embeddings, in the order of the index.
class MapPoints
{
public:
    // studies: ids, those of the index. The index must outlive this.
    MapPoints(const EmbeddingIndex& index, std::span<const std::int64_t> studies, MapLevel level);

    std::size_t size() const { return m_ids.size(); }
    const std::vector<std::int64_t>& ids() const { return m_ids; } // of studies or images, in the library
    RowSource rows() const;
    // Of the ids and which rows of the set they have: another one, and a map of before is stale.
    const std::string& hash() const { return m_hash; }
    const EmbeddingIndex& index() const { return m_index; }

private:
    void read(std::size_t point, std::span<float> to) const;

    const EmbeddingIndex& m_index;
    std::vector<std::int64_t> m_ids;
    std::vector<std::uint32_t> m_rows;  // of the set
    std::vector<std::uint32_t> m_first; // [size + 1], places in m_rows
    std::string m_hash;
};

} // namespace mama

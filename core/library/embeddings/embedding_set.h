#pragma once
#include "core/base/mapped_file.h"
#include "core/library/embeddings/embedding_set_info.h"

#include <functional>
#include <optional>
#include <span>
#include <string_view>

namespace mama {

// A set of embeddings as it stands on the disk when it is opened: rows of float16, found by the file's bytes and the
// frame. Rows that do not check are passed over, as if they had never been computed. The rows are mapped, not read;
// others may go on appending.
class EmbeddingSet
{
public:
    // Error(Io), Error(Format) name the file.
    explicit EmbeddingSet(const std::filesystem::path& folder);

    const EmbeddingSetInfo& info() const { return m_info; }
    std::size_t size() const { return m_sound.size(); } // up to the last row that checks
    std::size_t damaged() const;                        // of those before it
    // hash: SHA-256 of the file's bytes, 64 hexadecimal digits. Empty: there is no sound row.
    std::optional<std::uint32_t> find(std::string_view hash, int frame) const;
    // [dim] float16.
    std::span<const std::uint16_t> row(std::uint32_t index) const;
    std::vector<float> vector(std::uint32_t index) const;
    const std::uint16_t* rows() const; // [size, dim]
    // By the first 36 bytes of a key: SHA-256 and frame.
    bool contains(std::string_view name) const { return findName(name).has_value(); }
    void each(const std::function<void(std::string_view name, std::uint32_t row)>& work) const; // sound ones, in order

private:
    void checkRows(std::size_t keys);
    std::optional<std::uint32_t> findName(std::string_view name) const;
    std::string_view nameAt(std::uint32_t row) const;

    EmbeddingSetInfo m_info;
    MappedFile m_keys, m_rows;
    std::vector<bool> m_sound;
    struct Place
    {
        std::uint64_t start; // of the hash
        std::uint32_t row;
    };
    std::vector<Place> m_places; // of sound rows, rising
};

} // namespace mama

#pragma once
#include "core/base/mapped_file.h"
#include "core/image/geometry.h"
#include "core/library/embeddings/embedding_set_info.h"
#include "core/library/patches/patch_files.h"

#include <optional>
#include <span>
#include <string_view>
#include <vector>

namespace mama {

using PatchPlace = patch_files::PatchPlace;

// The patches of an image that lie in the breast, as a set holds them.
struct PatchesOfImage
{
    std::size_t first = 0;             // of its patches among all of the set
    std::span<const std::int8_t> rows; // [patches, dim]; times the place's scale: unit length
    std::span<const PatchPlace> places;
    std::size_t size() const { return places.size(); }
};

// A set of patches as it stands on the disk when it is opened: one record an image, found by the file's bytes and the
// frame. The files are mapped, not read; others may go on appending. Rows are checked where codes are made of them
// (core/library/patches/patch_codes.h).
class PatchSet
{
public:
    // Error(Io), Error(Format) name the file.
    explicit PatchSet(const std::filesystem::path& folder);

    const EmbeddingSetInfo& info() const { return m_info; } // rows: of images
    std::size_t size() const { return m_size; }             // images, up to the first record that does not check
    std::size_t patches() const { return m_patches; }       // of all images
    std::size_t bytes() const;                              // of rows, places and records
    // hash: SHA-256 of the file's bytes, 64 hexadecimal digits. The last one, where an image was made anew.
    std::optional<std::uint32_t> find(std::string_view hash, int frame) const;
    bool contains(std::string_view name) const { return findName(name).has_value(); } // by its first 36 bytes
    PatchesOfImage image(std::uint32_t index) const;
    Geometry geometry(std::uint32_t index) const; // Error(Format)
    bool checks(std::uint32_t index) const;       // reads its rows
    // [dim], unit length; patch counted within the image.
    std::vector<float> vector(std::uint32_t index, std::size_t patch) const;

private:
    patch_files::ImageRecord record(std::uint32_t index) const;
    std::optional<std::uint32_t> findName(std::string_view name) const;

    EmbeddingSetInfo m_info;
    MappedFile m_images, m_rows, m_places;
    std::size_t m_size = 0, m_patches = 0;
    struct Place
    {
        std::uint64_t start; // of the hash
        std::uint32_t image;
    };
    std::vector<Place> m_byName; // rising, the last of equal names first
};

// Sets below a library's folder, by model's name.
std::vector<EmbeddingSetInfo> patchSets(const std::filesystem::path& library);
// Of those the one that is meant, as setMeant() says. Error(Usage).
EmbeddingSetInfo patchSetMeant(const std::filesystem::path& library, const std::string& words);
std::filesystem::path patchFolder(const std::filesystem::path& library, const EmbeddingIdentity& identity);
// Takes a set from the disk. Error(Io) if another process adds to it.
void removePatches(const EmbeddingSetInfo& set);

// Bytes that a set takes, on the disk and of that in memory while it is searched.
struct PatchBytes
{
    std::int64_t disk = 0, memory = 0;
};
PatchBytes patchBytes(std::int64_t images, std::int64_t patches, std::int64_t dim);

} // namespace mama

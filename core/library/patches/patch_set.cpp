#include "core/library/patches/patch_set.h"

#include "core/base/error.h"
#include "core/base/path_text.h"
#include "core/library/embeddings/crc32c.h"
#include "core/library/embeddings/set_appending.h"
#include "core/library/embeddings/set_choice.h"

#include <algorithm>
#include <bit>
#include <cstddef>
#include <cstring>

namespace fs = std::filesystem;

namespace mama {

static_assert(std::endian::native == std::endian::little, "records, rows and places are little endian");

namespace patch_files {

void keepChain(const Geometry::Chain& chain, ImageRecord& record)
{
    record.pixels = {chain.storedColumns, chain.storedRows, chain.resizedColumns,    chain.resizedRows,
                     chain.padLeft,       chain.padTop,     chain.crop.x0,           chain.crop.y0,
                     chain.crop.x1,       chain.crop.y1,    chain.inputSize.columns, chain.inputSize.rows};
    record.scales = {chain.inputColumns, chain.inputRows,     chain.offsetX,
                     chain.offsetY,      chain.patch.columns, chain.patch.rows};
}

Geometry geometryOf(const ImageRecord& record)
{
    const auto& p = record.pixels;
    const auto& s = record.scales;
    Geometry::Chain chain;
    chain.storedColumns = p[0];
    chain.storedRows = p[1];
    chain.resizedColumns = p[2];
    chain.resizedRows = p[3];
    chain.padLeft = p[4];
    chain.padTop = p[5];
    chain.crop = {p[6], p[7], p[8], p[9]};
    chain.inputSize = {p[10], p[11]};
    chain.inputColumns = s[0];
    chain.inputRows = s[1];
    chain.offsetX = s[2];
    chain.offsetY = s[3];
    chain.patch = {s[4], s[5]};
    return Geometry(chain);
}

std::uint32_t sumOf(const ImageRecord& record)
{
    return crc32c(std::as_bytes(std::span(&record, 1)).first(offsetof(ImageRecord, sum)));
}

// Of the sums of both.
std::uint32_t rowsSum(std::span<const std::int8_t> numbers, std::span<const PatchPlace> lie)
{
    const std::array<std::uint32_t, 2> both{crc32c(std::as_bytes(numbers)), crc32c(std::as_bytes(lie))};
    return crc32c(std::as_bytes(std::span(both)));
}

const SetForm& form()
{
    static const SetForm form{
        "mama patches",
        images,
        sizeof(ImageRecord),
        {{"images", "152 bytes an image: SHA-256 of the file, frame, patches, first patch, geometry, CRC-32C"},
         {"rows", "int8, [patches, dim]; times its scale: unit length. Patches that lie in the breast"},
         {"places", "8 bytes a patch: row and column of the grid (uint16), scale (float32)"}},
        folder};
    return form;
}

} // namespace patch_files

using patch_files::ImageRecord;

namespace {

std::uint64_t startOf(const std::byte* name)
{
    std::uint64_t start = 0;
    std::memcpy(&start, name, sizeof start);
    return start;
}

} // namespace

// Records first: what a record names is on the disk before it.
PatchSet::PatchSet(const fs::path& folder)
    : m_info(readSetInfo(folder, patch_files::form())), m_images(folder / patch_files::images),
      m_rows(folder / patch_files::rows), m_places(folder / patch_files::places)
{
    const std::size_t most = std::min(m_rows.bytes().size() / static_cast<std::size_t>(m_info.dim),
                                      m_places.bytes().size() / sizeof(PatchPlace));
    const std::size_t records = m_images.bytes().size() / sizeof(ImageRecord);
    for (; m_size < records; ++m_size) {
        const ImageRecord each = record(static_cast<std::uint32_t>(m_size));
        if (patch_files::sumOf(each) != each.sum || each.first != m_patches || each.patches > most - m_patches)
            break;
        m_patches += each.patches;
        m_byName.push_back({startOf(each.name.data()), static_cast<std::uint32_t>(m_size)});
    }
    m_info.rows = static_cast<std::int64_t>(m_size);
    std::sort(m_byName.begin(), m_byName.end(), [](const Place& a, const Place& b) {
        return a.start != b.start ? a.start < b.start : a.image > b.image;
    });
}

ImageRecord PatchSet::record(std::uint32_t index) const
{
    ImageRecord out;
    std::memcpy(&out, m_images.bytes().data() + index * sizeof out, sizeof out);
    return out;
}

std::size_t PatchSet::bytes() const
{
    return m_size * sizeof(ImageRecord) + m_patches * (static_cast<std::size_t>(m_info.dim) + sizeof(PatchPlace));
}

std::optional<std::uint32_t> PatchSet::findName(std::string_view name) const
{
    const std::uint64_t start = startOf(reinterpret_cast<const std::byte*>(name.data()));
    auto place = std::lower_bound(m_byName.begin(), m_byName.end(), start,
                                  [](const Place& a, std::uint64_t wanted) { return a.start < wanted; });
    for (; place != m_byName.end() && place->start == start; ++place)
        if (std::memcmp(m_images.bytes().data() + place->image * sizeof(ImageRecord), name.data(), name.size()) == 0)
            return place->image;
    return {};
}

std::optional<std::uint32_t> PatchSet::find(std::string_view hash, int frame) const
{
    const auto name = set_files::nameOf(hash, frame);
    return name ? findName({reinterpret_cast<const char*>(name->data()), name->size()}) : std::nullopt;
}

PatchesOfImage PatchSet::image(std::uint32_t index) const
{
    const ImageRecord each = record(index);
    const auto dim = static_cast<std::size_t>(m_info.dim);
    return {each.first,
            {reinterpret_cast<const std::int8_t*>(m_rows.bytes().data()) + each.first * dim, each.patches * dim},
            {reinterpret_cast<const PatchPlace*>(m_places.bytes().data()) + each.first, each.patches}};
}

Geometry PatchSet::geometry(std::uint32_t index) const { return patch_files::geometryOf(record(index)); }

bool PatchSet::checks(std::uint32_t index) const
{
    const PatchesOfImage each = image(index);
    return patch_files::rowsSum(each.rows, each.places) == record(index).rowsSum;
}

std::vector<float> PatchSet::vector(std::uint32_t index, std::size_t patch) const
{
    const PatchesOfImage each = image(index);
    const auto dim = static_cast<std::size_t>(m_info.dim);
    std::vector<float> out;
    for (const std::int8_t value : each.rows.subspan(patch * dim, dim))
        out.push_back(static_cast<float>(value) * each.places[patch].scale);
    return out;
}

std::vector<EmbeddingSetInfo> patchSets(const fs::path& library)
{
    return fs::is_directory(library / patch_files::folder) ? setsOf(library, patch_files::form())
                                                           : std::vector<EmbeddingSetInfo>();
}

EmbeddingSetInfo patchSetMeant(const fs::path& library, const std::string& words)
{
    return setMeant(patchSets(library), words, {TextId("action.choose_patches", "choose patches")},
                    {TextId("patches.no_set", "there are no patches: mama library patches make")});
}

fs::path patchFolder(const fs::path& library, const EmbeddingIdentity& identity)
{
    return setFolder(library, identity, patch_files::form());
}

void removePatches(const EmbeddingSetInfo& set)
{
    constexpr auto removing = TextId("action.remove_patches", "remove patches");
    const FileDescriptor lock = set_files::lockSet(set.folder);
    std::error_code failed; // what it is told by goes first: half a set is none
    if (fs::remove(set.folder / set_files::meta, failed); !failed)
        fs::remove_all(set.folder, failed);
    if (failed)
        throw Error(ErrorCode::Io, {removing}, pathText(set.folder), failed.message());
}

PatchBytes patchBytes(std::int64_t images, std::int64_t patches, std::int64_t dim)
{
    const std::int64_t codes = (dim + 63) / 64 * 8 * patches;
    return {images * static_cast<std::int64_t>(sizeof(ImageRecord)) +
                patches * (dim + static_cast<std::int64_t>(sizeof(PatchPlace))) + codes,
            codes};
}

} // namespace mama

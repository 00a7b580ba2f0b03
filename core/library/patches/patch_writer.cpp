#include "core/library/patches/patch_writer.h"

#include "core/base/error.h"
#include "core/base/path_text.h"
#include "core/library/embeddings/set_appending.h"

#include <algorithm>
#include <cmath>

namespace fs = std::filesystem;

namespace mama {
namespace {

constexpr std::int64_t mostWaiting = 64; // images
constexpr double share = 0.1;            // of the time, for the disk
constexpr float steps = 127;

// Rounded to steps of its largest value; the scale makes what is left of unit length again, so that no other patch is
// nearer to it than itself.
PatchPlace quantise(std::span<const float> patch, std::string& to)
{
    float largest = 0;
    for (const float value : patch)
        largest = std::max(largest, std::abs(value));
    PatchPlace place;
    double squares = 0;
    for (const float value : patch) {
        const float step = largest > 0 ? std::round(value / largest * steps) : 0;
        squares += static_cast<double>(step) * static_cast<double>(step);
        to += static_cast<char>(static_cast<std::int8_t>(step));
    }
    if (squares > 0)
        place.scale = static_cast<float>(1 / std::sqrt(squares));
    return place;
}

template <class T>
std::string_view bytesOf(const T& value)
{
    return {reinterpret_cast<const char*>(&value), sizeof value};
}

} // namespace

PatchWriter::PatchWriter(const EmbeddingSetInfo& info) : m_info(info)
{
    m_lock = set_files::lockSet(m_info.folder);
    open();
    set_files::keepMeta(m_info, patch_files::form());
    m_before = std::make_unique<PatchSet>(m_info.folder);
    std::size_t sound = m_before->size();
    while (sound > 0 && !m_before->checks(static_cast<std::uint32_t>(sound - 1)))
        --sound;
    for (std::uint32_t image = 0; image < sound; ++image) {
        m_sound.push_back(m_before->checks(image));
        m_patchCount += static_cast<std::int64_t>(m_before->image(image).size());
    }
    m_imageCount = static_cast<std::int64_t>(sound);
    cutBack();
    toEnd();
}

PatchWriter::~PatchWriter() = default;

void PatchWriter::open()
{
    m_rows = set_files::openToAppend(m_info.folder / patch_files::rows);
    m_places = set_files::openToAppend(m_info.folder / patch_files::places);
    m_images = set_files::openToAppend(m_info.folder / patch_files::images);
}

// Records first: none may name rows that are not there.
void PatchWriter::cutBack() const
{
    set_files::cut(m_images, m_info.folder / patch_files::images,
                   m_imageCount * static_cast<std::int64_t>(sizeof(patch_files::ImageRecord)));
    set_files::cut(m_places, m_info.folder / patch_files::places,
                   m_patchCount * static_cast<std::int64_t>(sizeof(PatchPlace)));
    set_files::cut(m_rows, m_info.folder / patch_files::rows, m_patchCount * m_info.dim);
}

void PatchWriter::toEnd() const
{
    for (const FileDescriptor* each : {&m_rows, &m_places, &m_images})
        set_files::toEnd(*each, m_info.folder);
}

bool PatchWriter::has(std::string_view hash, int frame) const
{
    if (const auto before = m_before->find(hash, frame); before && *before < m_sound.size() && m_sound[*before])
        return true;
    const auto name = set_files::nameOf(hash, frame);
    const std::lock_guard lock(m_mutex);
    return name && m_added.contains(std::string(set_files::view(*name)));
}

void PatchWriter::add(std::string_view hash, int frame, const SeenPatches& seen)
{
    const auto name = set_files::nameOf(hash, frame);
    const auto cells = static_cast<std::size_t>(seen.rows * seen.columns), dim = static_cast<std::size_t>(m_info.dim);
    const auto notFinite = [](float value) { return !std::isfinite(value); };
    if (!name || seen.patches.size() != cells * dim || seen.isBreast.size() != cells ||
        std::any_of(seen.patches.begin(), seen.patches.end(), notFinite))
        throw Error(
            ErrorCode::Data, {set_files::writeSet}, std::string(hash.substr(0, 12)),
            {TextId("patches.bad", "%1 values, %2 expected, all of them finite"), seen.patches.size(), cells * dim});
    if (has(hash, frame))
        return;
    std::string rows, places;
    patch_files::ImageRecord record;
    for (std::size_t cell = 0; cell < cells; ++cell) {
        if (seen.isBreast[cell] == 0)
            continue;
        PatchPlace place = quantise(seen.patches.subspan(cell * dim, dim), rows);
        place.row = static_cast<std::uint16_t>(cell / static_cast<std::size_t>(seen.columns));
        place.column = static_cast<std::uint16_t>(cell % static_cast<std::size_t>(seen.columns));
        places += bytesOf(place);
        ++record.patches;
    }
    record.name = *name;
    record.first = static_cast<std::uint64_t>(m_patchCount + m_waitingPatches);
    patch_files::keepChain(seen.geometry.chain(), record);
    record.rowsSum = patch_files::rowsSum({reinterpret_cast<const std::int8_t*>(rows.data()), rows.size()},
                                          {reinterpret_cast<const PatchPlace*>(places.data()), record.patches});
    record.sum = patch_files::sumOf(record);
    m_newRows += rows;
    m_newPlaces += places;
    m_newImages += bytesOf(record);
    ++m_waiting;
    m_waitingPatches += record.patches;
    {
        const std::lock_guard lock(m_mutex);
        m_added.emplace(set_files::view(*name));
    }
    if (m_waiting >= mostWaiting || m_commitMilliseconds <= share * m_sinceCommit.milliseconds())
        commit();
}

void PatchWriter::commit()
{
    if (m_waiting == 0)
        return;
    const Stopwatch clock;
    try {
        set_files::append(m_rows, m_info.folder / patch_files::rows, m_newRows);
        set_files::append(m_places, m_info.folder / patch_files::places, m_newPlaces);
        set_files::append(m_images, m_info.folder / patch_files::images, m_newImages);
    } catch (const Error&) {
        cutBack();
        toEnd();
        throw;
    }
    m_imageCount += m_waiting;
    m_patchCount += m_waitingPatches;
    m_waiting = m_waitingPatches = 0;
    m_newRows.clear();
    m_newPlaces.clear();
    m_newImages.clear();
    m_commitMilliseconds = clock.milliseconds();
    m_sinceCommit = Stopwatch();
}

} // namespace mama

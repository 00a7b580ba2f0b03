#include "core/library/embeddings/embedding_writer.h"

#include "core/base/error.h"
#include "core/base/path_text.h"
#include "core/library/embeddings/crc32c.h"
#include "core/library/embeddings/half_float.h"
#include "core/library/embeddings/set_appending.h"

#include <algorithm>
#include <cmath>

namespace fs = std::filesystem;

namespace mama {
namespace {

constexpr std::int64_t mostWaiting = 256;
constexpr double share = 0.1; // of the time, for the disk

} // namespace

EmbeddingWriter::EmbeddingWriter(const EmbeddingSetInfo& info) : m_info(info)
{
    m_lock = set_files::lockSet(m_info.folder);
    set_files::keepMeta(m_info, embeddingForm());
    m_rows = set_files::openToAppend(m_info.folder / set_files::rows);
    m_keys = set_files::openToAppend(m_info.folder / set_files::keys);
    m_before = std::make_unique<EmbeddingSet>(m_info.folder);
    m_rowCount = static_cast<std::int64_t>(m_before->size());
    cutBack();
    m_passed = set_files::openToAppend(m_info.folder / set_files::passedOver);
    const std::string passed = readText(m_info.folder / set_files::passedOver);
    constexpr std::size_t length = std::tuple_size_v<set_files::Name>;
    for (std::size_t at = 0; at + length <= passed.size(); at += length)
        m_passedOver.insert(passed.substr(at, length));
    set_files::cut(m_passed, m_info.folder / set_files::passedOver,
                   static_cast<std::int64_t>(passed.size() / length * length));
    for (const FileDescriptor* each : {&m_passed, &m_rows, &m_keys})
        set_files::toEnd(*each, m_info.folder);
}

EmbeddingWriter::~EmbeddingWriter() = default;

// Keys first: none may name a row that is not there.
void EmbeddingWriter::cutBack() const
{
    set_files::cut(m_keys, m_info.folder / set_files::keys,
                   m_rowCount * static_cast<std::int64_t>(set_files::keyBytes));
    set_files::cut(m_rows, m_info.folder / set_files::rows, m_rowCount * 2 * m_info.dim);
}

bool EmbeddingWriter::has(std::string_view hash, int frame) const
{
    if (m_before->find(hash, frame))
        return true;
    const auto name = set_files::nameOf(hash, frame);
    const std::lock_guard lock(m_mutex);
    return name && m_added.contains(std::string(set_files::view(*name)));
}

bool EmbeddingWriter::isPassedOver(std::string_view hash, int frame) const
{
    const auto name = set_files::nameOf(hash, frame);
    return name && m_passedOver.contains(std::string(set_files::view(*name)));
}

void EmbeddingWriter::passOver(std::string_view hash, int frame)
{
    if (const auto name = set_files::nameOf(hash, frame); name && m_passedOver.emplace(set_files::view(*name)).second)
        set_files::append(m_passed, m_info.folder / set_files::passedOver, set_files::view(*name));
}

void EmbeddingWriter::add(std::string_view hash, int frame, std::span<const float> vector)
{
    const auto name = set_files::nameOf(hash, frame);
    const auto notFinite = [](float value) { return !std::isfinite(value); };
    if (!name || static_cast<std::int64_t>(vector.size()) != m_info.dim ||
        std::any_of(vector.begin(), vector.end(), notFinite))
        throw Error(
            ErrorCode::Data, {set_files::writeSet}, std::string(hash.substr(0, 12)),
            {TextId("embeddings.bad_vector", "%1 values, %2 expected, all of them finite"), vector.size(), m_info.dim});
    if (has(hash, frame))
        return;
    std::vector<std::uint16_t> row;
    for (const float value : vector)
        row.push_back(halfOf(value));
    append(set_files::view(*name), row);
    if (m_waiting >= mostWaiting || m_commitMilliseconds <= share * m_sinceCommit.milliseconds())
        commit();
}

void EmbeddingWriter::append(std::string_view name, std::span<const std::uint16_t> row)
{
    const auto bytes = std::as_bytes(row);
    const std::uint32_t sum = crc32c(bytes);
    m_newRows.append(reinterpret_cast<const char*>(bytes.data()), bytes.size());
    m_newKeys.append(name);
    m_newKeys.append(reinterpret_cast<const char*>(&sum), sizeof sum);
    ++m_waiting;
    const std::lock_guard lock(m_mutex);
    m_added.emplace(name);
}

void EmbeddingWriter::commit()
{
    if (m_waiting == 0)
        return;
    const Stopwatch clock;
    try {
        set_files::append(m_rows, m_info.folder / set_files::rows, m_newRows);
        set_files::append(m_keys, m_info.folder / set_files::keys, m_newKeys);
    } catch (const Error&) {
        cutBack();
        for (const FileDescriptor* each : {&m_rows, &m_keys})
            set_files::toEnd(*each, m_info.folder);
        throw;
    }
    m_rowCount += m_waiting;
    m_waiting = 0;
    m_newRows.clear();
    m_newKeys.clear();
    m_commitMilliseconds = clock.milliseconds();
    m_sinceCommit = Stopwatch();
}

std::int64_t EmbeddingWriter::join(const EmbeddingSet& other)
{
    if (other.info().identity != m_info.identity || other.info().dim != m_info.dim)
        throw Error(ErrorCode::Data, {set_files::writeSet}, pathText(other.info().folder),
                    {TextId("embeddings.join_other", "its embeddings are of another model, profile or device: %1 (%2)"),
                     other.info().modelName, other.info().identity.compute});
    std::int64_t taken = 0;
    other.each([&](std::string_view name, std::uint32_t row) {
        if (m_added.contains(std::string(name)) || m_before->contains(name))
            return;
        append(name, other.row(row));
        ++taken;
        if (m_waiting >= mostWaiting)
            commit();
    });
    commit();
    return taken;
}

} // namespace mama

#include "core/library/embeddings/embedding_writer.h"

#include "core/base/error.h"
#include "core/base/path_text.h"
#include "core/library/embeddings/crc32c.h"
#include "core/library/embeddings/half_float.h"
#include "core/library/embeddings/set_files.h"

#include <algorithm>
#include <cerrno>
#include <cmath>
#include <cstring>
#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

namespace fs = std::filesystem;

namespace mama {
namespace {

constexpr std::int64_t mostWaiting = 256;
constexpr double share = 0.1; // of the time, for the disk

Error failed(const fs::path& file)
{
    return {ErrorCode::Io, {set_files::writeSet}, pathText(file), std::strerror(errno)};
}

FileDescriptor opened(const fs::path& file)
{
    FileDescriptor out(::open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0644));
    if (!out.isOpen())
        throw failed(file);
    return out;
}

std::string_view view(const set_files::Name& name) { return {reinterpret_cast<const char*>(name.data()), name.size()}; }

void cut(const FileDescriptor& file, const fs::path& name, std::int64_t size)
{
    if (::ftruncate(file.number(), size) != 0)
        throw failed(name);
}

} // namespace

EmbeddingWriter::EmbeddingWriter(const EmbeddingSetInfo& info) : m_info(info)
{
    std::error_code error;
    fs::create_directories(m_info.folder, error);
    m_lock = opened(m_info.folder / set_files::lock);
    if (::flock(m_lock.number(), LOCK_EX | LOCK_NB) != 0)
        throw Error(ErrorCode::Io, {set_files::writeSet}, pathText(m_info.folder),
                    {TextId("embeddings.in_use", "another process is adding to it")});
    if (!fs::exists(m_info.folder / set_files::meta))
        writeSetInfo(m_info);
    const EmbeddingSetInfo there = readSetInfo(m_info.folder);
    if (there.identity != m_info.identity || there.dim != m_info.dim)
        throw Error(ErrorCode::Data, {set_files::writeSet}, pathText(m_info.folder),
                    {TextId("embeddings.other_identity", "it holds embeddings of another model, profile or device: %1 "
                                                         "(%2), and not of %3 (%4)"),
                     there.modelName, there.identity.compute, m_info.modelName, m_info.identity.compute});
    m_rows = opened(m_info.folder / set_files::rows);
    m_keys = opened(m_info.folder / set_files::keys);
    m_before = std::make_unique<EmbeddingSet>(m_info.folder);
    m_rowCount = static_cast<std::int64_t>(m_before->size());
    cutBack();
    m_passed = opened(m_info.folder / set_files::passedOver);
    const std::string passed = readText(m_info.folder / set_files::passedOver);
    constexpr std::size_t length = std::tuple_size_v<set_files::Name>;
    for (std::size_t at = 0; at + length <= passed.size(); at += length)
        m_passedOver.insert(passed.substr(at, length));
    cut(m_passed, m_info.folder / set_files::passedOver, static_cast<std::int64_t>(passed.size() / length * length));
    if (::lseek(m_passed.number(), 0, SEEK_END) < 0 || ::lseek(m_rows.number(), 0, SEEK_END) < 0 ||
        ::lseek(m_keys.number(), 0, SEEK_END) < 0)
        throw failed(m_info.folder);
}

EmbeddingWriter::~EmbeddingWriter() = default;

// Keys first: none may name a row that is not there.
void EmbeddingWriter::cutBack() const
{
    cut(m_keys, m_info.folder / set_files::keys, m_rowCount * static_cast<std::int64_t>(set_files::keyBytes));
    cut(m_rows, m_info.folder / set_files::rows, m_rowCount * 2 * m_info.dim);
}

bool EmbeddingWriter::has(std::string_view hash, int frame) const
{
    if (m_before->find(hash, frame))
        return true;
    const auto name = set_files::nameOf(hash, frame);
    const std::lock_guard lock(m_mutex);
    return name && m_added.contains(std::string(view(*name)));
}

bool EmbeddingWriter::isPassedOver(std::string_view hash, int frame) const
{
    const auto name = set_files::nameOf(hash, frame);
    return name && m_passedOver.contains(std::string(view(*name)));
}

void EmbeddingWriter::passOver(std::string_view hash, int frame)
{
    if (const auto name = set_files::nameOf(hash, frame); name && m_passedOver.emplace(view(*name)).second)
        write(m_passed, set_files::passedOver, view(*name));
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
    append(view(*name), row);
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

void EmbeddingWriter::write(const FileDescriptor& file, const char* name, std::string_view bytes) const
{
    while (!bytes.empty()) {
        const ssize_t n = ::write(file.number(), bytes.data(), bytes.size());
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            throw failed(m_info.folder / name);
        bytes.remove_prefix(static_cast<std::size_t>(n));
    }
    if (::fdatasync(file.number()) != 0)
        throw failed(m_info.folder / name);
}

void EmbeddingWriter::commit()
{
    if (m_waiting == 0)
        return;
    const Stopwatch clock;
    try {
        write(m_rows, set_files::rows, m_newRows);
        write(m_keys, set_files::keys, m_newKeys);
    } catch (const Error&) {
        cutBack();
        ::lseek(m_rows.number(), 0, SEEK_END);
        ::lseek(m_keys.number(), 0, SEEK_END);
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

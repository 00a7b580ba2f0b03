#include "core/base/mapped_file.h"

#include "core/base/error.h"
#include "core/base/error_actions.h"
#include "core/base/files.h"

#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>
#include <utility>

namespace mama {

MappedFile::MappedFile(const std::filesystem::path& path) : m_path(path)
{
    FileDescriptor file = openRegular(path, O_RDONLY);
    m_state = FileState::of(file.number());
    m_size = static_cast<std::size_t>(m_state.size);
    if (m_size > 0) {
        void* data = ::mmap(nullptr, m_size, PROT_READ, MAP_PRIVATE, file.number(), 0);
        if (data == MAP_FAILED)
            throw Error(ErrorCode::Io, {action::open}, path.string(), std::strerror(errno));
        m_data = static_cast<const std::byte*>(data);
        m_guard = std::make_unique<BusGuard>(data, m_size);
    }
    m_file = file.release();
}

MappedFile::~MappedFile()
{
    m_guard.reset();
    if (m_data)
        ::munmap(const_cast<std::byte*>(m_data), m_size);
    if (m_file >= 0)
        ::close(m_file);
}

MappedFile::MappedFile(MappedFile&& other) noexcept
    : m_path(std::move(other.m_path)), m_file(std::exchange(other.m_file, -1)),
      m_data(std::exchange(other.m_data, nullptr)), m_size(std::exchange(other.m_size, 0)), m_state(other.m_state),
      m_guard(std::move(other.m_guard))
{}

MappedFile& MappedFile::operator=(MappedFile&& other) noexcept
{
    std::swap(m_path, other.m_path);
    std::swap(m_file, other.m_file);
    std::swap(m_data, other.m_data);
    std::swap(m_size, other.m_size);
    std::swap(m_state, other.m_state);
    std::swap(m_guard, other.m_guard);
    return *this;
}

FileState MappedFile::stateNow() const { return FileState::of(m_file); }

FileState MappedFile::settledState() const { return FileState::settled(m_file); }

bool MappedFile::isCut() const { return m_guard && m_guard->isCut(); }

void MappedFile::check() const
{
    const FileState now = stateNow();
    if (isCut() || now.size < m_state.size)
        throw Error(ErrorCode::Io, {action::open}, m_path.string(),
                    {TextId("file.cut", "another program cut the file off while it was read, or the disk fails")});
    if (now.differsFrom(m_state))
        throw Error(ErrorCode::Io, {action::open}, m_path.string(),
                    {TextId("file.changed", "another program changed the file while it was read: try again")});
}

} // namespace mama

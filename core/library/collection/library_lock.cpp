#include "core/library/collection/library_lock.h"

#include <array>
#include <cerrno>
#include <fcntl.h>
#include <string>
#include <sys/file.h>
#include <unistd.h>

namespace mama {
namespace {

std::string hostName()
{
    std::array<char, 256> name{};
    return ::gethostname(name.data(), name.size() - 1) == 0 ? name.data() : "";
}

std::string heldBy(int file)
{
    std::array<char, 256> text{};
    const ssize_t size = ::pread(file, text.data(), text.size(), 0);
    return size > 0 ? std::string(text.data(), static_cast<std::size_t>(size)) : std::string();
}

} // namespace

// Whoever has it for himself writes his host's name, then shares it; an exclusive lock is held for that moment only, so
// that a second process finds the name of whom it shares with.
std::optional<UserText> LibraryLock::take(const std::filesystem::path& folder)
{
    m_file = tryOpenRegular(folder / "lock", O_RDWR | O_CREAT);
    if (!m_file.isOpen())
        return std::nullopt;
    const std::string host = hostName();
    if (::flock(m_file.number(), LOCK_EX | LOCK_NB) == 0) {
        if (::ftruncate(m_file.number(), 0) != 0 ||
            ::pwrite(m_file.number(), host.data(), host.size(), 0) != static_cast<ssize_t>(host.size()))
            errno = 0; // a full disk: nobody is kept out, and nobody is told who is here
        ::flock(m_file.number(), LOCK_SH);
        return std::nullopt;
    }
    ::flock(m_file.number(), LOCK_SH);
    const std::string other = heldBy(m_file.number());
    if (other.empty() || other == host)
        return std::nullopt;
    m_file = FileDescriptor();
    return UserText(
        {TextId("library.other_host", "it is open on another computer (%1): it can be read here, and written "
                                      "to once it is closed there"),
         other});
}

} // namespace mama

#include "core/media/private_folder.h"

#include "core/base/error.h"
#include "core/base/error_actions.h"

#include <cerrno>
#include <fcntl.h>
#include <string>
#include <sys/file.h>
#include <sys/stat.h>
#include <system_error>
#include <unistd.h>

namespace fs = std::filesystem;

namespace mama {
namespace {

constexpr const char* lockEnding = ".lock";

fs::path base() { return cacheFolder() / "unpacked"; }

[[noreturn]] void refuse(const fs::path& place)
{
    throw Error(ErrorCode::Io, {action::write}, place.string(),
                std::error_code(errno, std::generic_category()).message());
}

bool lockNow(const FileDescriptor& file) { return file.isOpen() && ::flock(file.number(), LOCK_EX | LOCK_NB) == 0; }

// Held while folders are made or swept, so that a new one is never seen without its lock.
FileDescriptor lockBase()
{
    FileDescriptor file = openRegular(base() / lockEnding, O_RDWR | O_CREAT);
    while (::flock(file.number(), LOCK_EX) != 0 && errno == EINTR) {
    }
    return file;
}

void sweepBase()
{
    std::error_code failed;
    for (fs::directory_iterator it(base(), failed); !failed && it != fs::directory_iterator(); it.increment(failed)) {
        std::error_code ignored;
        if (it->path().extension() == lockEnding || !it->is_directory(ignored) || it->is_symlink(ignored))
            continue;
        fs::path lock = it->path();
        lock += lockEnding;
        const FileDescriptor held = tryOpenRegular(lock, O_RDWR);
        if (held.isOpen() && !lockNow(held))
            continue; // its process lives
        fs::remove_all(it->path(), ignored);
        fs::remove(lock, ignored);
    }
}

} // namespace

PrivateFolder::PrivateFolder()
{
    std::error_code failed;
    fs::create_directories(base(), failed);
    if (failed) {
        errno = failed.value();
        refuse(base());
    }
    const FileDescriptor making = lockBase();
    sweepBase();
    for (int number = 1; m_path.empty(); ++number) {
        // Digits alone: the folder's name must not read as a side or a view.
        const fs::path wanted = base() / (std::to_string(::getpid()) + "-" + std::to_string(number));
        if (::mkdir(wanted.c_str(), S_IRWXU) == 0)
            m_path = wanted;
        else if (errno != EEXIST)
            refuse(wanted);
    }
    fs::path lock = m_path;
    lock += lockEnding;
    m_lock = tryOpenRegular(lock, O_RDWR | O_CREAT);
    if (!lockNow(m_lock)) {
        fs::remove(m_path, failed);
        refuse(lock);
    }
}

PrivateFolder::~PrivateFolder()
{
    std::error_code ignored;
    fs::remove_all(m_path, ignored);
    fs::path lock = m_path;
    lock += lockEnding;
    fs::remove(lock, ignored);
}

void PrivateFolder::sweep()
{
    try {
        std::error_code failed;
        if (!fs::is_directory(base(), failed))
            return;
        const FileDescriptor making = lockBase();
        sweepBase();
    } catch (const Error&) {
        return; // the next start tries again
    }
}

} // namespace mama

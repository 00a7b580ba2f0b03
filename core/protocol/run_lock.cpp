#include "core/protocol/run_lock.h"

#include "core/base/error.h"
#include "core/base/error_actions.h"

#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

namespace mama {

RunLock::RunLock(const std::filesystem::path& folder)
{
    std::error_code failed;
    std::filesystem::create_directories(folder, failed);
    if (failed)
        throw Error(ErrorCode::Io, {action::write}, folder.string(),
                    {TextId("run.cannot_make_folder", "the run folder cannot be made: %1"), failed.message()});
    const std::filesystem::path path = folder / ".lock";
    m_file = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0666);
    if (m_file < 0)
        throw Error(ErrorCode::Io, {action::write}, path.string(), std::strerror(errno));
    if (::flock(m_file, LOCK_EX | LOCK_NB) == 0)
        return;
    const int reason = errno;
    ::close(m_file);
    if (reason == EWOULDBLOCK)
        throw Error(ErrorCode::Usage, {action::train}, folder.string(),
                    {TextId("run.other_process", "another process is at work on this run")});
    throw Error(ErrorCode::Io, {action::lock}, path.string(), std::strerror(reason));
}

RunLock::~RunLock() { ::close(m_file); }

} // namespace mama

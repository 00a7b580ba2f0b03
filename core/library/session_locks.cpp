#include "core/library/session_locks.h"

#include <fcntl.h>

namespace mama {
namespace {

struct flock byteOf(std::int64_t session, short type)
{
    struct flock lock
    {
    };
    lock.l_type = type;
    lock.l_whence = SEEK_SET;
    lock.l_start = session;
    lock.l_len = 1;
    return lock;
}

} // namespace

// Where it cannot be made nobody is at work but this process.
bool SessionLocks::open()
{
    if (!m_file.isOpen())
        m_file = tryOpenRegular(m_path, O_RDWR | O_CREAT);
    return m_file.isOpen();
}

void SessionLocks::hold(std::int64_t session)
{
    struct flock lock = byteOf(session, F_WRLCK);
    if (open())
        ::fcntl(m_file.number(), F_OFD_SETLK, &lock);
}

void SessionLocks::release(std::int64_t session)
{
    struct flock lock = byteOf(session, F_UNLCK);
    if (open())
        ::fcntl(m_file.number(), F_OFD_SETLK, &lock);
}

bool SessionLocks::heldElsewhere(std::int64_t session)
{
    struct flock lock = byteOf(session, F_WRLCK);
    return open() && ::fcntl(m_file.number(), F_OFD_GETLK, &lock) == 0 && lock.l_type != F_UNLCK;
}

} // namespace mama

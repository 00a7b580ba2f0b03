#pragma once
#include <csignal>
#include <sys/resource.h>

namespace mama::test {

// While it lives no file may grow beyond so many bytes: what a full disk does, in this process alone.
class FileLimit
{
public:
    explicit FileLimit(rlim_t bytes)
    {
        ::signal(SIGXFSZ, SIG_IGN);
        ::getrlimit(RLIMIT_FSIZE, &m_before);
        const rlimit limit{bytes, m_before.rlim_max};
        ::setrlimit(RLIMIT_FSIZE, &limit);
    }
    ~FileLimit() { ::setrlimit(RLIMIT_FSIZE, &m_before); }
    FileLimit(const FileLimit&) = delete;
    FileLimit& operator=(const FileLimit&) = delete;

private:
    rlimit m_before{};
};

} // namespace mama::test

#pragma once
#include <filesystem>

namespace mama {

// Held by the one process that writes a run folder, for as long as it lives: a kill releases it. An advisory lock on
// `.lock` in the folder (flock(2), also between hosts where the file system carries it).
class RunLock
{
public:
    // Error(Usage) if another process holds it, Error(Io) if the folder cannot be written.
    explicit RunLock(const std::filesystem::path& folder);
    ~RunLock();
    RunLock(const RunLock&) = delete;
    RunLock& operator=(const RunLock&) = delete;

private:
    int m_file = -1;
};

} // namespace mama

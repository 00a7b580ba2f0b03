#pragma once
#include "core/base/files.h"

#include <cstdint>
#include <filesystem>

namespace mama {

// Tells sessions that are at work from those whose program ended or was killed: each holds a lock on one byte of a file
// beside the reader's file, which goes with its process.
class SessionLocks
{
public:
    explicit SessionLocks(std::filesystem::path file) : m_path(std::move(file)) {}

    void hold(std::int64_t session);
    void release(std::int64_t session);
    bool heldElsewhere(std::int64_t session);

private:
    bool open();
    std::filesystem::path m_path;
    FileDescriptor m_file;
};

} // namespace mama

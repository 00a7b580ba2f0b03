#pragma once
#include "core/base/files.h"

#include <filesystem>

namespace mama {

// A folder of this process that nobody else may look into (0700), below cacheFolder(): what was unpacked lies there. It
// goes with this object. A lock says that its process lives: what a crash left goes when the next one is made, or by
// sweep().
class PrivateFolder
{
public:
    PrivateFolder(); // Error(Io) names the place that cannot be written to
    ~PrivateFolder();
    PrivateFolder(const PrivateFolder&) = delete;
    PrivateFolder& operator=(const PrivateFolder&) = delete;

    const std::filesystem::path& path() const { return m_path; }

    // Removes what ended processes left. Failures are left for the next time.
    static void sweep();

private:
    std::filesystem::path m_path;
    FileDescriptor m_lock;
};

} // namespace mama

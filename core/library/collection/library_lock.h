#pragma once
#include "core/base/files.h"
#include "core/base/user_text.h"

#include <filesystem>
#include <optional>

namespace mama {

// Says who has a library open: processes of one host share it, another host only reads. An flock, which a crash frees.
class LibraryLock
{
public:
    // Why the library can only be read; empty: it may be written to. Where no lock file can be made there is none.
    std::optional<UserText> take(const std::filesystem::path& folder);

private:
    FileDescriptor m_file;
};

} // namespace mama

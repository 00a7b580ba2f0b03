#pragma once
#include "core/base/file_state.h"

namespace mama {

// By what a file that was read is told from one that was changed since, without opening it.
struct KnownState
{
    std::int64_t size = 0, mtime = 0; // bytes; time of modification, ns since 1970

    static KnownState of(const FileState& state) { return {state.size, state.modified}; }
    // Where one of the two times is a whole second, both are compared in seconds: disks of other systems keep no more,
    // nor did earlier versions of the library.
    bool is(const FileState& state) const
    {
        constexpr std::int64_t second = 1'000'000'000;
        const bool coarse = mtime % second == 0 || state.modified % second == 0;
        return size == state.size && (coarse ? mtime / second == state.modified / second : mtime == state.modified);
    }
};

} // namespace mama

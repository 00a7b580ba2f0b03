#pragma once
#include <cstdint>
#include <filesystem>
#include <string>

namespace mama {

// What tells that a file was replaced, rewritten or cut between two looks. The time of status change is the one that
// no program can set: it tells also of a change under a kept size and a kept time of modification.
struct FileState
{
    std::uint64_t device = 0, inode = 0, links = 0;
    std::int64_t size = 0;
    std::int64_t modified = 0, statusChanged = 0; // ns since 1970
    bool operator==(const FileState&) const = default;

    static FileState of(const std::filesystem::path& path); // all 0 if there is none
    static FileState of(int descriptor);
    // The same once every later change must carry another time: right after a change (the clock of files ticks every
    // few milliseconds) it waits for the next tick, 20 ms at most.
    static FileState settled(const std::filesystem::path& path);
    static FileState settled(int descriptor);

    // Whether the content may be another. A file that lost its name, or got one more, has a new time of status change
    // too.
    bool differsFrom(const FileState& earlier) const;
    // Whether the last change is at least so old by this machine's clock, and not in its future.
    bool olderThan(std::int64_t nanoseconds) const;
    std::string text() const; // all numbers, as the key of what was found out about the file
};

} // namespace mama

#include "core/base/file_state.h"

#include <chrono>
#include <ctime>
#include <sys/stat.h>
#include <thread>

namespace mama {
namespace {

constexpr std::int64_t second = 1'000'000'000, tick = 10'000'000; // of the slowest kernel clock: 100 Hz

std::int64_t nanoseconds(const timespec& time) { return std::int64_t{time.tv_sec} * second + time.tv_nsec; }

FileState from(const struct stat& info)
{
    return {
        info.st_dev, info.st_ino, info.st_nlink, info.st_size, nanoseconds(info.st_mtim), nanoseconds(info.st_ctim)};
}

template <class File>
FileState settledOf(const File& file)
{
    FileState state = FileState::of(file);
    for (int waits = 0; waits < 2 && state != FileState() && !state.olderThan(tick); ++waits) {
        std::this_thread::sleep_for(std::chrono::nanoseconds(tick));
        state = FileState::of(file);
    }
    return state;
}

} // namespace

FileState FileState::of(const std::filesystem::path& path)
{
    struct stat info
    {
    };
    return ::stat(path.c_str(), &info) == 0 ? from(info) : FileState();
}

FileState FileState::of(int descriptor)
{
    struct stat info
    {
    };
    return ::fstat(descriptor, &info) == 0 ? from(info) : FileState();
}

FileState FileState::settled(const std::filesystem::path& path) { return settledOf(path); }

FileState FileState::settled(int descriptor) { return settledOf(descriptor); }

bool FileState::differsFrom(const FileState& earlier) const
{
    return device != earlier.device || inode != earlier.inode || size != earlier.size || modified != earlier.modified ||
           (statusChanged != earlier.statusChanged && links == earlier.links);
}

bool FileState::olderThan(std::int64_t nanosecondsAgo) const
{
    timespec now{};
    ::clock_gettime(CLOCK_REALTIME, &now);
    return nanoseconds(now) - statusChanged >= nanosecondsAgo;
}

std::string FileState::text() const
{
    std::string out;
    for (const std::int64_t number :
         {static_cast<std::int64_t>(device), static_cast<std::int64_t>(inode), size, modified, statusChanged})
        out += std::to_string(number) + "|";
    return out;
}

} // namespace mama

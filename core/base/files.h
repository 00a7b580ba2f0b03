#pragma once
#include <cstddef>
#include <filesystem>
#include <functional>
#include <nlohmann/json_fwd.hpp>
#include <ostream>
#include <span>
#include <string>
#include <string_view>

namespace mama {

// An open file, closed when it goes out of scope.
class FileDescriptor
{
public:
    explicit FileDescriptor(int number = -1) : m_number(number) {}
    ~FileDescriptor();
    FileDescriptor(FileDescriptor&& other) noexcept : m_number(other.release()) {}
    FileDescriptor& operator=(FileDescriptor&& other) noexcept;
    FileDescriptor(const FileDescriptor&) = delete;
    FileDescriptor& operator=(const FileDescriptor&) = delete;

    bool isOpen() const { return m_number >= 0; }
    int number() const { return m_number; }
    int release(); // the caller closes it

private:
    int m_number;
};

// open(2), close-on-exec, of a regular file: nothing waits, as for the other end of a FIFO. Error(Io) names the file.
FileDescriptor openRegular(const std::filesystem::path& path, int flags);
// The same; not open, with errno, where it cannot be opened or is no regular file.
FileDescriptor tryOpenRegular(const std::filesystem::path& path, int flags);

// The whole file as text. "-" is standard input. Throws Error(Io); also for a file of over 1 GiB, which is no text.
std::string readText(const std::filesystem::path& path);

// A JSON document; Error(Format) names the file and the byte where it is broken.
nlohmann::json readJson(const std::filesystem::path& path);

// Writes beside the target under a unique name, flushes it to disk and renames it: the file appears complete
// or not at all. Folders above it are made. "-" is standard output. Throws Error(Io) naming the target; also where
// something stands there that is no regular file (a FIFO, a device, a folder).
void writeAtomically(const std::filesystem::path& path, const std::function<void(std::ostream&)>& write);
void writeAtomically(const std::filesystem::path& path, std::span<const std::byte> bytes);
void writeAtomically(const std::filesystem::path& path, std::string_view text);

// Where embeddings, measurements and downloads are kept: $MAMA_CACHE, else $XDG_CACHE_HOME/mama-workstation,
// else ~/.cache/mama-workstation (without $HOME, the home of the user's account). Not created here.
std::filesystem::path cacheFolder();

} // namespace mama

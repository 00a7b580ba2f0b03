#pragma once
#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <string>
#include <string_view>
#include <sys/mman.h>
#include <unistd.h>

namespace mama::test {

// A folder in memory for a whole run, gone with the program.
class MemoryFolder
{
public:
    explicit MemoryFolder(const std::string& name)
        : m_path("/dev/shm/mama_" + name + "_fuzz_" + std::to_string(::getpid()))
    {}
    ~MemoryFolder()
    {
        std::error_code failed;
        std::filesystem::remove_all(m_path, failed);
    }
    MemoryFolder(const MemoryFolder&) = delete;
    MemoryFolder& operator=(const MemoryFolder&) = delete;
    const std::filesystem::path& path() const { return m_path; }

private:
    std::filesystem::path m_path;
};

inline void write(const std::filesystem::path& path, std::string_view content)
{
    if (std::FILE* file = std::fopen(path.c_str(), "wb")) {
        std::fwrite(content.data(), 1, content.size(), file);
        std::fclose(file);
    }
}

// The readers map files: an input that lives in memory under a file's name.
class MemoryFile
{
public:
    MemoryFile(const std::uint8_t* data, std::size_t size) : m_descriptor(memfd_create("fuzz", 0))
    {
        m_good = m_descriptor >= 0 && ::write(m_descriptor, data, size) == static_cast<ssize_t>(size);
    }
    ~MemoryFile()
    {
        if (m_descriptor >= 0)
            ::close(m_descriptor);
    }
    MemoryFile(const MemoryFile&) = delete;
    MemoryFile& operator=(const MemoryFile&) = delete;
    bool good() const { return m_good; }
    std::filesystem::path path() const { return "/proc/self/fd/" + std::to_string(m_descriptor); }

private:
    int m_descriptor;
    bool m_good = false;
};

} // namespace mama::test

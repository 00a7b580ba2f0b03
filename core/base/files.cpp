#include "core/base/files.h"

#include "core/base/error.h"
#include "core/base/error_actions.h"
#include "core/base/installed_folders.h"
#include "core/base/json_text.h"

#include <atomic>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <fcntl.h>
#include <fstream>
#include <iostream>
#include <iterator>
#include <nlohmann/json.hpp>
#include <sstream>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>
#include <utility>

namespace fs = std::filesystem;

namespace mama {
namespace {

std::string systemReason() { return std::strerror(errno); }

// Closes a file descriptor when it goes out of scope.
struct Descriptor
{
    int number;
    ~Descriptor()
    {
        if (number >= 0)
            ::close(number);
    }
};

void flushToDisk(const fs::path& path)
{
    const Descriptor file{::open(path.c_str(), O_RDONLY | O_CLOEXEC)};
    if (file.number < 0 || ::fsync(file.number) != 0)
        throw Error(ErrorCode::Io, {action::write}, path.string(), systemReason());
}

} // namespace

MappedFile::MappedFile(const fs::path& path) : m_path(path)
{
    const Descriptor file{::open(path.c_str(), O_RDONLY | O_CLOEXEC)};
    struct stat info
    {
    };
    if (file.number < 0 || ::fstat(file.number, &info) != 0)
        throw Error(ErrorCode::Io, {action::open}, path.string(), systemReason());
    if (!S_ISREG(info.st_mode))
        throw Error(ErrorCode::Io, {action::open}, path.string(), {TextId("file.not_regular", "not a regular file")});
    m_size = static_cast<std::size_t>(info.st_size);
    if (m_size == 0)
        return;
    void* data = ::mmap(nullptr, m_size, PROT_READ, MAP_PRIVATE, file.number, 0);
    if (data == MAP_FAILED)
        throw Error(ErrorCode::Io, {action::open}, path.string(), systemReason());
    m_data = static_cast<const std::byte*>(data);
}

MappedFile::~MappedFile()
{
    if (m_data)
        ::munmap(const_cast<std::byte*>(m_data), m_size);
}

MappedFile::MappedFile(MappedFile&& other) noexcept
    : m_path(std::move(other.m_path)), m_data(std::exchange(other.m_data, nullptr)),
      m_size(std::exchange(other.m_size, 0))
{}

MappedFile& MappedFile::operator=(MappedFile&& other) noexcept
{
    std::swap(m_path, other.m_path);
    std::swap(m_data, other.m_data);
    std::swap(m_size, other.m_size);
    return *this;
}

std::string readText(const fs::path& path)
{
    if (path == "-")
        return {std::istreambuf_iterator<char>(std::cin), {}};
    const MappedFile file(path);
    const auto bytes = file.bytes();
    return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

nlohmann::json readJson(const fs::path& path)
{
    auto read = parseJson(readText(path));
    if (const auto* fault = std::get_if<JsonFault>(&read))
        throw Error(ErrorCode::Format, {action::readJson},
                    path.string() + (fault->byte > 0 ? ", byte " + std::to_string(fault->byte) : ""), fault->why);
    return std::get<nlohmann::json>(std::move(read));
}

void writeAtomically(const fs::path& path, const std::function<void(std::ostream&)>& write)
{
    if (path == "-") {
        write(std::cout);
        std::cout.flush();
        return;
    }
    static std::atomic<unsigned> counter{0};
    const fs::path folder = path.has_parent_path() ? path.parent_path() : fs::path(".");
    std::error_code failed;
    fs::create_directories(folder, failed);
    const fs::path temporary = folder / ("." + path.filename().string() + ".part-" + std::to_string(::getpid()) + "-" +
                                         std::to_string(counter++));
    try {
        std::ofstream out(temporary, std::ios::binary | std::ios::trunc);
        if (!out)
            throw Error(ErrorCode::Io, {action::write}, path.string(), systemReason());
        write(out);
        out.close();
        if (!out)
            throw Error(ErrorCode::Io, {action::write}, path.string(), systemReason());
        flushToDisk(temporary);
        fs::rename(temporary, path, failed);
        if (failed)
            throw Error(ErrorCode::Io, {action::write}, path.string(), failed.message());
        flushToDisk(folder);
    } catch (...) {
        fs::remove(temporary, failed);
        throw;
    }
}

void writeAtomically(const fs::path& path, std::span<const std::byte> bytes)
{
    writeAtomically(path, [&](std::ostream& out) {
        out.write(reinterpret_cast<const char*>(bytes.data()), static_cast<std::streamsize>(bytes.size()));
    });
}

void writeAtomically(const fs::path& path, std::string_view text)
{
    writeAtomically(path, std::as_bytes(std::span(text)));
}

namespace {

std::string variable(const char* key)
{
    const char* value = std::getenv(key);
    return value ? value : "";
}

fs::path usualFolder()
{
    if (const std::string xdg = variable("XDG_CACHE_HOME"); !xdg.empty())
        return fs::path(xdg) / "mama-workstation";
    return fs::path(variable("HOME")) / ".cache" / "mama-workstation";
}

} // namespace

fs::path cacheFolder()
{
    const std::string own = variable("MAMA_CACHE");
    return own.empty() ? usualFolder() : fs::path(own);
}

std::vector<fs::path> installedFolders()
{
    std::vector<fs::path> out{cacheFolder()};
    if (const fs::path usual = usualFolder(); usual != out.front())
        out.push_back(usual);
    return out;
}

} // namespace mama

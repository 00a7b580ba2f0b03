#include "core/base/files.h"

#include "core/base/error.h"
#include "core/base/error_actions.h"
#include "core/base/installed_folders.h"
#include "core/base/json_text.h"
#include "core/base/mapped_file.h"

#include <array>
#include <atomic>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <fcntl.h>
#include <fstream>
#include <iostream>
#include <iterator>
#include <nlohmann/json.hpp>
#include <pwd.h>
#include <sstream>
#include <sys/stat.h>
#include <unistd.h>
#include <utility>

namespace fs = std::filesystem;

namespace mama {
namespace {

constexpr auto notRegular = TextId("file.not_regular", "not a regular file");

std::string systemReason() { return std::strerror(errno); }

constexpr std::int64_t longestText = std::int64_t{1} << 30;

void flushToDisk(const fs::path& path)
{
    const FileDescriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
    if (!file.isOpen() || ::fsync(file.number()) != 0)
        throw Error(ErrorCode::Io, {action::write}, path.string(), systemReason());
}

// A file takes the place of a file: what else stands there is not the user's to lose by a slip.
void checkTarget(const fs::path& path)
{
    std::error_code failed;
    const fs::file_status there = fs::status(path, failed);
    if (fs::exists(there) && !fs::is_regular_file(there))
        throw Error(ErrorCode::Io, {action::write}, path.string(), {notRegular});
}

} // namespace

FileDescriptor::~FileDescriptor()
{
    if (m_number >= 0)
        ::close(m_number);
}

FileDescriptor& FileDescriptor::operator=(FileDescriptor&& other) noexcept
{
    std::swap(m_number, other.m_number);
    return *this;
}

int FileDescriptor::release() { return std::exchange(m_number, -1); }

FileDescriptor tryOpenRegular(const fs::path& path, int flags)
{
    FileDescriptor file(::open(path.c_str(), flags | O_CLOEXEC | O_NONBLOCK | O_NOCTTY, 0666));
    struct stat info
    {
    };
    if (file.isOpen() && (::fstat(file.number(), &info) != 0 || !S_ISREG(info.st_mode))) {
        file = FileDescriptor();
        errno = 0;
    }
    return file;
}

FileDescriptor openRegular(const fs::path& path, int flags)
{
    FileDescriptor file = tryOpenRegular(path, flags);
    if (!file.isOpen())
        throw Error(ErrorCode::Io, {action::open}, path.string(),
                    errno == 0 || errno == ENXIO ? UserText{notRegular} : UserText(systemReason()));
    return file;
}

std::string readText(const fs::path& path)
{
    if (path == "-")
        return {std::istreambuf_iterator<char>(std::cin), {}};
    const MappedFile file(path);
    if (file.state().size > longestText)
        throw Error(ErrorCode::Io, {action::open}, path.string(),
                    {TextId("file.text_too_large", "%1 MiB: no text that is read here has over %2 MiB"),
                     file.state().size >> 20, longestText >> 20});
    return checked(file, [bytes = file.bytes()] {
        return std::string(reinterpret_cast<const char*>(bytes.data()), bytes.size());
    });
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
    checkTarget(path);
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

fs::path homeFolder()
{
    if (const std::string home = variable("HOME"); !home.empty())
        return home;
    passwd entry{}, *found = nullptr;
    std::array<char, 4096> buffer{};
    if (::getpwuid_r(::getuid(), &entry, buffer.data(), buffer.size(), &found) == 0 && found && *found->pw_dir)
        return found->pw_dir;
    return fs::path("/var/tmp") / ("mama-" + std::to_string(::getuid()));
}

fs::path usualFolder()
{
    if (const std::string xdg = variable("XDG_CACHE_HOME"); !xdg.empty())
        return fs::path(xdg) / "mama-workstation";
    return homeFolder() / ".cache" / "mama-workstation";
}

} // namespace

fs::path cacheFolder()
{
    const std::string own = variable("MAMA_CACHE");
    return own.empty() ? usualFolder() : fs::path(own);
}

fs::path workFolder()
{
    if (const std::string xdg = variable("XDG_DATA_HOME"); !xdg.empty())
        return fs::path(xdg) / "mama-workstation";
    return homeFolder() / ".local" / "share" / "mama-workstation";
}

std::vector<fs::path> installedFolders()
{
    std::vector<fs::path> out{cacheFolder()};
    if (const fs::path usual = usualFolder(); usual != out.front())
        out.push_back(usual);
    return out;
}

} // namespace mama

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

// A file's bytes, mapped read-only: nothing is copied, pages come as they are read. An empty file gives an
// empty span. Throws Error(Io) naming the file if it cannot be opened or is not a regular file.
class MappedFile
{
public:
    explicit MappedFile(const std::filesystem::path& path);
    ~MappedFile();
    MappedFile(MappedFile&& other) noexcept;
    MappedFile& operator=(MappedFile&& other) noexcept;
    MappedFile(const MappedFile&) = delete;
    MappedFile& operator=(const MappedFile&) = delete;

    std::span<const std::byte> bytes() const { return {m_data, m_size}; }
    const std::filesystem::path& path() const { return m_path; }

private:
    std::filesystem::path m_path;
    const std::byte* m_data = nullptr;
    std::size_t m_size = 0;
};

// The whole file as text. "-" is standard input. Throws Error(Io).
std::string readText(const std::filesystem::path& path);

// A JSON document; Error(Format) names the file and the byte where it is broken.
nlohmann::json readJson(const std::filesystem::path& path);

// Writes beside the target under a unique name, flushes it to disk and renames it: the file appears complete
// or not at all. Folders above it are made. "-" is standard output. Throws Error(Io) naming the target.
void writeAtomically(const std::filesystem::path& path, const std::function<void(std::ostream&)>& write);
void writeAtomically(const std::filesystem::path& path, std::span<const std::byte> bytes);
void writeAtomically(const std::filesystem::path& path, std::string_view text);

// Where embeddings, measurements and downloads are kept: $MAMA_CACHE, else $XDG_CACHE_HOME/mama-workstation,
// else ~/.cache/mama-workstation. Not created here.
std::filesystem::path cacheFolder();

} // namespace mama

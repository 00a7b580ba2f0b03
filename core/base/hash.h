#pragma once
#include "core/base/progress.h"

#include <array>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <string_view>

namespace mama {

// Incremental SHA-256.
class Sha256
{
public:
    Sha256();
    ~Sha256();
    Sha256(const Sha256&) = delete;
    Sha256& operator=(const Sha256&) = delete;

    void add(std::span<const std::byte> bytes);
    void add(std::string_view text);
    // The same for two at once, in less time than one after the other where the processor has instructions for it.
    static void addBoth(Sha256& first, std::span<const std::byte> firstBytes, Sha256& second,
                        std::span<const std::byte> secondBytes);
    // 64 lower-case hexadecimal digits; the object must not be used afterwards.
    std::string finish();

private:
    struct State;
    std::unique_ptr<State> m_state;
};

std::string sha256(std::span<const std::byte> bytes);
std::string sha256(std::string_view text);
class MappedFile;

// SHA-256 of a mapped file of any size; its pages are given back behind it. Empty if cancelled. It is the sum of what
// was there at that moment: see MappedFile.
std::string sha256(const MappedFile& file, const Job& job = {});
// Throws Error(Io) if the file cannot be read, or changed meanwhile. Empty if cancelled.
std::string sha256OfFile(const std::filesystem::path& path, const Job& job = {});

// CRC-32 of ISO 3309 (polynomial 0xEDB88320), as zlib and Python's zlib.crc32 give it.
std::uint32_t crc32(std::span<const std::byte> bytes);

} // namespace mama

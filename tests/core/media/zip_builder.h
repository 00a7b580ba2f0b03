#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace mama::test {

// A ZIP archive byte by byte (APPNOTE 6.3.10), so that it may say what no program would write.
struct ZipPart
{
    std::string name, data;
    bool deflated = false;
    std::uint16_t flags = 0, method = 0xFFFF; // 0xFFFF: as `deflated` says
    std::uint8_t system = 3;
    std::uint32_t mode = 0100644;               // of Unix
    std::optional<std::uint32_t> size{}, crc{}; // what is said instead of the truth
};

std::string zipOf(const std::vector<ZipPart>& parts);
// The number of entries that the end record says, in place of the true one.
std::string zipSaying(std::uint64_t entries, const std::vector<ZipPart>& parts);

} // namespace mama::test

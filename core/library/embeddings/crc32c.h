#pragma once
#include <cstddef>
#include <cstdint>
#include <span>

namespace mama {

// CRC-32C (RFC 3720, polynomial 0x82F63B78): crc32c("123456789") is 0xE3069283.
std::uint32_t crc32c(std::span<const std::byte> bytes);
std::uint32_t crc32cPortable(std::span<const std::byte> bytes); // the same, on any processor

} // namespace mama

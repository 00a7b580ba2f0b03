#pragma once
#include <cstdint>

// What an archive may hold, looked at before anything is unpacked.
namespace mama::zipLimits {

constexpr std::uint64_t entries = 200'000;
constexpr std::uint64_t listBytes = std::uint64_t{256} << 20;  // of its list of entries
constexpr std::uint64_t growth = 200;                          // unpacked bytes a packed one,
constexpr std::uint64_t growsFrom = std::uint64_t{64} << 20;   // of what is larger than this
constexpr std::uint64_t leftOnDisk = std::uint64_t{256} << 20; // that stay free

} // namespace mama::zipLimits

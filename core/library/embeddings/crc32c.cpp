#include "core/library/embeddings/crc32c.h"

#include <array>
#include <cstring>
#if defined(__x86_64__)
#include <nmmintrin.h>
#endif

namespace mama {
namespace {

constexpr std::uint32_t polynomial = 0x82F63B78;

// Eight bytes at a time: table k holds what a byte does that k others follow.
consteval std::array<std::array<std::uint32_t, 256>, 8> makeTables()
{
    std::array<std::array<std::uint32_t, 256>, 8> tables{};
    for (std::uint32_t byte = 0; byte < 256; ++byte) {
        std::uint32_t value = byte;
        for (int bit = 0; bit < 8; ++bit)
            value = value >> 1 ^ (value & 1 ? polynomial : 0);
        tables[0][byte] = value;
    }
    for (std::size_t k = 1; k < 8; ++k)
        for (std::size_t byte = 0; byte < 256; ++byte)
            tables[k][byte] = tables[k - 1][byte] >> 8 ^ tables[0][tables[k - 1][byte] & 255];
    return tables;
}
constexpr auto tables = makeTables();

#if defined(__x86_64__)
__attribute__((target("sse4.2"))) std::uint32_t withInstruction(std::span<const std::byte> bytes)
{
    std::uint64_t value = 0xFFFFFFFF;
    std::size_t i = 0;
    for (; i + 8 <= bytes.size(); i += 8) {
        std::uint64_t word = 0;
        std::memcpy(&word, bytes.data() + i, 8);
        value = _mm_crc32_u64(value, word);
    }
    auto rest = static_cast<std::uint32_t>(value);
    for (; i < bytes.size(); ++i)
        rest = _mm_crc32_u8(rest, static_cast<std::uint8_t>(bytes[i]));
    return ~rest;
}
#endif

} // namespace

std::uint32_t crc32cPortable(std::span<const std::byte> bytes)
{
    std::uint32_t value = 0xFFFFFFFF;
    std::size_t i = 0;
    for (; i + 8 <= bytes.size(); i += 8) {
        std::array<std::uint8_t, 8> word{};
        std::memcpy(word.data(), bytes.data() + i, 8);
        for (std::size_t k = 0; k < 4; ++k)
            word[k] = static_cast<std::uint8_t>(word[k] ^ (value >> 8 * k & 255));
        value = 0;
        for (std::size_t k = 0; k < 8; ++k)
            value ^= tables[7 - k][word[k]];
    }
    for (; i < bytes.size(); ++i)
        value = value >> 8 ^ tables[0][(value ^ static_cast<std::uint32_t>(bytes[i])) & 255];
    return ~value;
}

std::uint32_t crc32c(std::span<const std::byte> bytes)
{
#if defined(__x86_64__)
    static const bool has = __builtin_cpu_supports("sse4.2");
    if (has)
        return withInstruction(bytes);
#endif
    return crc32cPortable(bytes);
}

} // namespace mama

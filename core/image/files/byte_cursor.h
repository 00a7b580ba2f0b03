#pragma once
#include <cstddef>
#include <cstdint>
#include <span>

namespace mama {

// Big- or little-endian numbers with a check of the end; past it ok() turns false and zeros come.
class ByteCursor
{
public:
    ByteCursor(std::span<const std::byte> bytes, bool little) : m_bytes(bytes), m_little(little) {}

    std::uint64_t number(std::size_t at, std::size_t size)
    {
        if (at > m_bytes.size() || size > m_bytes.size() - at) {
            m_ok = false;
            return 0;
        }
        std::uint64_t value = 0;
        for (std::size_t i = 0; i < size; ++i)
            value = value << 8 | std::to_integer<std::uint64_t>(m_bytes[at + (m_little ? size - 1 - i : i)]);
        return value;
    }
    bool ok() const { return m_ok; }

private:
    std::span<const std::byte> m_bytes;
    bool m_little;
    bool m_ok = true;
};

} // namespace mama

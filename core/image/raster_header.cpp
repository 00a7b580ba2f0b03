#include "core/image/raster_header.h"

#include <cctype>

namespace mama {
namespace {

// Big- or little-endian numbers with a check of the end; past it ok() turns false and zeros come.
class Cursor
{
public:
    Cursor(std::span<const std::byte> bytes, bool little) : m_bytes(bytes), m_little(little) {}

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

std::optional<RasterSize> checked(const Cursor& cursor, std::uint64_t rows, std::uint64_t columns, std::uint64_t bits)
{
    constexpr std::uint64_t largestSide = 1U << 30;
    if (!cursor.ok() || rows == 0 || columns == 0 || rows > largestSide || columns > largestSide || bits > 64)
        return std::nullopt;
    return RasterSize{static_cast<std::int64_t>(rows), static_cast<std::int64_t>(columns), static_cast<int>(bits)};
}

} // namespace

std::optional<RasterSize> pngSize(std::span<const std::byte> bytes)
{
    Cursor in(bytes, false);
    const auto columns = in.number(16, 4), rows = in.number(20, 4), bits = in.number(24, 1);
    return checked(in, rows, columns, bits);
}

std::optional<RasterSize> jpegSize(std::span<const std::byte> bytes)
{
    Cursor in(bytes, false);
    for (std::size_t at = 2; in.ok();) {
        const auto marker = in.number(at, 2);
        if (marker == 0xFFFF) { // fill byte
            ++at;
            continue;
        }
        if (marker < 0xFF01)
            return std::nullopt;
        const bool frame =
            marker >= 0xFFC0 && marker <= 0xFFCF && marker != 0xFFC4 && marker != 0xFFC8 && marker != 0xFFCC;
        if (frame) {
            const auto bits = in.number(at + 4, 1), rows = in.number(at + 5, 2), columns = in.number(at + 7, 2);
            return checked(in, rows, columns, bits);
        }
        const bool alone = (marker >= 0xFFD0 && marker <= 0xFFD8) || marker == 0xFF01;
        at += 2 + (alone ? 0 : in.number(at + 2, 2));
    }
    return std::nullopt;
}

std::optional<RasterSize> tiffSize(std::span<const std::byte> bytes)
{
    const bool little = !bytes.empty() && bytes[0] == std::byte{'I'};
    Cursor in(bytes, little);
    if (in.number(2, 2) != 42)
        return std::nullopt; // BigTIFF has no use for pictures under 4 GB
    const std::size_t directory = in.number(4, 4);
    const auto entries = in.number(directory, 2);
    std::uint64_t rows = 0, columns = 0, bits = 1;
    for (std::uint64_t i = 0; i < entries && in.ok(); ++i) {
        const std::size_t at = directory + 2 + 12 * i;
        const auto tag = in.number(at, 2), type = in.number(at + 2, 2), count = in.number(at + 4, 4);
        const std::size_t size = type == 3 ? 2 : 4;
        const std::size_t where = count * size > 4 ? in.number(at + 8, 4) : at + 8;
        if (tag == 256)
            columns = in.number(where, size);
        else if (tag == 257)
            rows = in.number(where, size);
        else if (tag == 258)
            bits = in.number(where, size);
    }
    return checked(in, rows, columns, bits);
}

std::optional<RasterSize> pgmSize(std::span<const std::byte> bytes)
{
    std::uint64_t numbers[3] = {};
    std::size_t at = 2;
    for (std::uint64_t& number : numbers) {
        const auto character = [&] { return at < bytes.size() ? std::to_integer<int>(bytes[at]) : 0; };
        while (std::isspace(character()) || character() == '#') {
            if (character() == '#')
                while (at < bytes.size() && character() != '\n')
                    ++at;
            else
                ++at;
        }
        if (!std::isdigit(character()))
            return std::nullopt;
        for (; std::isdigit(character()) && number < 1U << 30; ++at)
            number = number * 10 + static_cast<std::uint64_t>(character() - '0');
    }
    const Cursor in(bytes, false);
    return checked(in, numbers[1], numbers[0], numbers[2] > 255 ? 16 : 8);
}

} // namespace mama

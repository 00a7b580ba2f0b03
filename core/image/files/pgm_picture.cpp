#include "core/image/files/pgm_picture.h"

#include <cctype>
#include <cstring>

namespace mama {
namespace {

class Reader
{
public:
    Reader(std::span<const std::byte> bytes, std::size_t at) : m_bytes(bytes), m_at(at) {}

    // The next number, behind blanks and comments; a blank ends it, or the end of the file.
    std::optional<std::uint64_t> number()
    {
        constexpr std::uint64_t most = std::uint64_t{1} << 30;
        while (std::isspace(character()) || character() == '#') {
            if (character() == '#')
                while (m_at < m_bytes.size() && character() != '\n')
                    ++m_at;
            else
                ++m_at;
        }
        if (!std::isdigit(character()))
            return std::nullopt;
        std::uint64_t value = 0;
        for (; std::isdigit(character()) && value < most; ++m_at)
            value = value * 10 + static_cast<std::uint64_t>(character() - '0');
        return m_at == m_bytes.size() || std::isspace(character()) ? std::optional(value) : std::nullopt;
    }
    std::size_t at() const { return m_at; }

private:
    int character() const { return m_at < m_bytes.size() ? std::to_integer<int>(m_bytes[m_at]) : 0; }

    std::span<const std::byte> m_bytes;
    std::size_t m_at;
};

bool readText(Reader numbers, std::uint64_t largest, StoredImage& out)
{
    const std::size_t size = bytesPerSample(out.type);
    for (std::size_t i = 0; i < out.samples(); ++i) {
        const auto value = numbers.number();
        if (!value || *value > largest)
            return false;
        const auto word = static_cast<std::uint16_t>(*value);
        std::memcpy(out.bytes.data() + i * size, &word, size);
    }
    return true;
}

} // namespace

std::optional<PgmHeader> pgmHeader(std::span<const std::byte> bytes)
{
    Reader in(bytes, 2);
    const auto columns = in.number(), rows = columns ? in.number() : std::nullopt,
               largest = rows ? in.number() : std::nullopt;
    if (!largest || *largest == 0 || *largest > 65535)
        return std::nullopt;
    return PgmHeader{*columns, *rows, *largest, in.at() + 1};
}

std::optional<StoredImage> decodePgmPicture(std::span<const std::byte> bytes)
{
    const auto header = pgmHeader(bytes);
    if (!header)
        return std::nullopt;
    StoredImage out;
    out.rows = static_cast<int>(header->rows);
    out.columns = static_cast<int>(header->columns);
    out.channels = 1;
    out.type = header->largest > 255 ? SampleType::U16 : SampleType::U8;
    const std::size_t size = out.samples() * bytesPerSample(out.type);
    const bool asText = bytes[1] == std::byte{'2'};
    const std::size_t least = asText ? 2 * out.samples() - 1 : size; // a digit and a blank each
    if (header->data > bytes.size() || bytes.size() - header->data < least)
        return std::nullopt;
    out.bytes.resize(size);
    if (asText)
        return readText(Reader(bytes, header->data), header->largest, out) ? std::optional(std::move(out))
                                                                           : std::nullopt;
    std::memcpy(out.bytes.data(), bytes.data() + header->data, size);
    if (out.type == SampleType::U16) // the high byte first
        for (std::size_t i = 0; i < size; i += 2)
            std::swap(out.bytes[i], out.bytes[i + 1]);
    return out;
}

} // namespace mama

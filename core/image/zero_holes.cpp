#include "core/image/zero_holes.h"

#include <algorithm>
#include <cstdint>
#include <cstring>

namespace mama {
namespace {

constexpr std::size_t narrowest = 128; // samples of a row: in smaller pictures nothing is told
constexpr std::size_t shortest = 200;  // samples of a hole within a row

template <class T>
class Finder
{
public:
    Finder(std::span<const std::byte> bytes, std::size_t perRow)
        : m_bytes(bytes), m_row(perRow), m_count(bytes.size() / sizeof(T) / perRow * perRow)
    {}

    UserText find() const
    {
        const std::size_t step = std::min(shortest, m_row);
        for (std::size_t probe = 0; probe < m_count;) {
            if (at(probe) != 0) {
                probe += step;
                continue;
            }
            std::size_t from = probe, to = probe;
            while (from > 0 && at(from - 1) == 0)
                --from;
            while (to < m_count && at(to) == 0)
                ++to;
            if (to - from >= step && isHole(from, to))
                return {TextId("picture.zeros_in_the_midst",
                               "%1 values in a row are 0 in the midst of the picture, from row %2, column %3 on: the "
                               "file may be a damaged or unfinished copy"),
                        to - from, from / m_row, from % m_row};
            probe = std::max(to, probe + step);
        }
        return {};
    }

private:
    T at(std::size_t i) const
    {
        T value;
        std::memcpy(&value, m_bytes.data() + i * sizeof(T), sizeof value);
        return value;
    }
    std::size_t filled(std::size_t from, std::size_t to) const
    {
        std::size_t count = 0;
        for (std::size_t i = from; i < to; ++i)
            count += at(i) != 0 ? 1 : 0;
        return count;
    }
    // Tissue has noise, a drawing's ground has none.
    bool varies(std::size_t from, std::size_t to) const
    {
        std::size_t changes = 0;
        for (std::size_t i = from + 1; i < to; ++i)
            changes += at(i) != at(i - 1) ? 1 : 0;
        return changes * 8 >= to - from;
    }
    // Whether two rows are filled alike, so that no edge recedes here.
    bool alike(std::size_t row, std::size_t other) const
    {
        const std::size_t a = filled(row * m_row, (row + 1) * m_row), b = filled(other * m_row, (other + 1) * m_row);
        return std::max(a, b) - std::min(a, b) <= std::max<std::size_t>(4, m_row / 50);
    }
    // The row goes on above where it stops at `from`; below where it comes again at `to`.
    bool stops(std::size_t from) const
    {
        const std::size_t row = from / m_row, end = (row + 1) * m_row;
        return row >= 5 && from % m_row != 0 && filled(from - m_row, end - m_row) >= step() && alike(row - 1, row - 5);
    }
    bool resumes(std::size_t to) const
    {
        const std::size_t row = to / m_row, rows = m_count / m_row;
        return row + 5 < rows && to % m_row != 0 && filled((row + 1) * m_row, to + m_row) >= step() &&
               alike(row + 1, row + 5);
    }
    std::size_t step() const { return std::max<std::size_t>(32, m_row / 16); }

    bool isHole(std::size_t from, std::size_t to) const
    {
        const std::size_t length = to - from;
        if (length < m_row)
            return from >= m_row && to + m_row <= m_count && isStroke(from, to);
        const bool before = from >= m_row && filled(from - m_row, from) >= m_row / 4,
                   after = to + m_row <= m_count && filled(to, to + m_row) >= m_row / 4;
        if (to == m_count)
            return before && stops(from);
        if (from == 0)
            return after && resumes(to);
        return before && after && (stops(from) || resumes(to));
    }
    // Within a row: the rows above and below go on.
    bool isStroke(std::size_t from, std::size_t to) const
    {
        const std::size_t most = (to - from) * 3 / 4, middle = from + (to - from) / 2;
        if (at(middle - m_row) == 0 && at(middle + m_row) == 0)
            return false;
        return filled(from - m_row, to - m_row) >= most && filled(from + m_row, to + m_row) >= most &&
               varies(from - m_row, to - m_row) && varies(from + m_row, to + m_row);
    }

    std::span<const std::byte> m_bytes;
    std::size_t m_row, m_count;
};

} // namespace

UserText zerosInTheMidst(const SampleRows& picture)
{
    if (picture.perRow < narrowest)
        return {};
    switch (picture.bytesPerSample) {
    case 1: return Finder<std::uint8_t>(picture.bytes, picture.perRow).find();
    case 2: return Finder<std::uint16_t>(picture.bytes, picture.perRow).find();
    default: return Finder<std::uint32_t>(picture.bytes, picture.perRow).find();
    }
}

void PackBitsZeros::add(std::span<const std::byte> packed, std::size_t rowBytes)
{
    constexpr std::size_t longest = 16, most = 4, narrow = 4;
    std::size_t single = 0;
    for (std::size_t at = 0; at + 1 < packed.size();) {
        const int head = static_cast<signed char>(std::to_integer<unsigned char>(packed[at]));
        if (head < 0) {
            m_repeats = m_repeats || (head != -128 && head <= -2);
            single = 0;
            at += head == -128 ? 1 : 2;
            continue;
        }
        single = head == 0 && packed[at + 1] == std::byte{0} ? single + 1 : 0;
        if (single >= most && rowBytes > narrow && !m_singles)
            m_singles = at;
        const std::size_t end = std::min(packed.size(), at + 2 + static_cast<std::size_t>(head));
        std::size_t zeros = 0;
        for (++at; at < end; ++at) {
            zeros = packed[at] == std::byte{0} ? zeros + 1 : 0;
            if (zeros >= longest && !m_inLiteral)
                m_inLiteral = at;
        }
    }
}

} // namespace mama

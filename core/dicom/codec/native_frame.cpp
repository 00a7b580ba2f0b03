#include "core/dicom/codec/native_frame.h"

#include <algorithm>

namespace mama {
namespace {

// The byte at an index of the element's value, with the words' order undone.
class Bytes
{
public:
    Bytes(std::span<const std::byte> bytes, bool swapped) : m_bytes(bytes), m_swapped(swapped) {}

    unsigned operator[](std::uint64_t index) const
    {
        if (m_swapped)
            index ^= 1;
        return index < m_bytes.size() ? std::to_integer<unsigned>(m_bytes[index]) : 0;
    }
    void copy(std::uint64_t from, std::vector<std::byte>& out) const
    {
        if (!m_swapped) {
            std::copy_n(m_bytes.begin() + static_cast<std::ptrdiff_t>(from), out.size(), out.begin());
            return;
        }
        for (std::size_t i = 0; i < out.size(); ++i)
            out[i] = static_cast<std::byte>((*this)[from + i]);
    }

private:
    std::span<const std::byte> m_bytes;
    bool m_swapped;
};

// Single bits, the lowest first (PS3.5 D): frames follow each other without padding.
void unpackBits(const Bytes& in, std::uint64_t firstBit, std::vector<std::byte>& out)
{
    for (std::size_t i = 0; i < out.size(); ++i) {
        const std::uint64_t bit = firstBit + i;
        out[i] = static_cast<std::byte>(in[bit / 8] >> (bit % 8) & 1U);
    }
}

// Twelve bits a sample, packed, the low nibble first: an ACR-NEMA habit.
void unpackTwelve(const Bytes& in, std::uint64_t firstSample, std::vector<std::byte>& out)
{
    for (std::size_t i = 0; i < out.size() / 2; ++i) {
        const std::uint64_t nibble = (firstSample + i) * 3;
        unsigned value = 0;
        for (unsigned part = 0; part < 3; ++part)
            value |= (in[(nibble + part) / 2] >> ((nibble + part) % 2 * 4) & 0xFU) << (4 * part);
        out[2 * i] = static_cast<std::byte>(value & 0xFFU);
        out[2 * i + 1] = static_cast<std::byte>(value >> 8);
    }
}

// Y1 Y2 Cb Cr for two pixels beside each other (PS3.3 C.7.6.3.1.2): the colours are repeated.
void expandSubsampled(const Bytes& in, std::uint64_t start, std::size_t size, std::vector<std::byte>& out)
{
    for (std::size_t i = 0; i * 3 * size < out.size(); ++i) {
        const std::uint64_t pair = start + i / 2 * 4 * size;
        const std::uint64_t parts[3] = {pair + i % 2 * size, pair + 2 * size, pair + 3 * size};
        for (std::size_t channel = 0; channel < 3; ++channel)
            for (std::size_t byte = 0; byte < size; ++byte)
                out[(i * 3 + channel) * size + byte] = static_cast<std::byte>(in[parts[channel] + byte]);
    }
}

} // namespace

std::vector<std::byte> nativeFrame(std::span<const std::byte> pixels, int frame, const PixelLayout& layout,
                                   bool swapped)
{
    const Bytes in(pixels, swapped);
    const auto size = static_cast<std::size_t>(layout.bytesPerSample());
    const auto number = static_cast<std::uint64_t>(frame);
    const std::uint64_t samples = layout.pixels() * static_cast<std::uint64_t>(layout.samples);
    std::vector<std::byte> out(samples * size);
    if (layout.bitsAllocated == 1)
        unpackBits(in, number * samples, out);
    else if (layout.bitsAllocated == 12)
        unpackTwelve(in, number * samples, out);
    else if (layout.subsampled())
        expandSubsampled(in, number * layout.nativeFrameBits() / 8, size, out);
    else
        in.copy(number * out.size(), out);
    return out;
}

} // namespace mama

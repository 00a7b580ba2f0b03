#include "core/dicom/codec/bit_use.h"

#include <bit>
#include <cstring>

namespace mama {
namespace {

// The bits that words set, but for padding, declared overlays and the sign of a negative value.
template <class T>
std::uint32_t usedBits(std::span<const std::byte> bytes, const PixelLayout& layout)
{
    const T overlays = static_cast<T>(layout.overlayBits);
    const int sign = layout.highBit;
    std::uint32_t used = 0;
    for (std::size_t i = 0; i + sizeof(T) <= bytes.size(); i += sizeof(T)) {
        T word;
        std::memcpy(&word, bytes.data() + i, sizeof(T));
        if (layout.padding && static_cast<T>(*layout.padding) == word)
            continue;
        word &= static_cast<T>(~overlays);
        if (layout.isSigned && (std::uint32_t{word} >> sign & 1U) != 0 &&
            static_cast<T>(word >> sign) == static_cast<T>(static_cast<T>(~T{0}) >> sign))
            word &= static_cast<T>((std::uint64_t{1} << (sign + 1)) - 1);
        used |= word;
    }
    return used;
}

std::uint32_t usedBits(std::span<const std::byte> words, const PixelLayout& layout)
{
    switch (layout.bytesPerSample()) {
    case 1: return usedBits<std::uint8_t>(words, layout);
    case 2: return usedBits<std::uint16_t>(words, layout);
    default: return usedBits<std::uint32_t>(words, layout);
    }
}

} // namespace

void takeUsedBits(RawFrame& frame, const PixelLayout& layout, std::span<const std::byte> words)
{
    const int lowest = layout.highBit + 1 - layout.bitsStored;
    const std::uint32_t used = usedBits(words, layout), below = used & ((1U << lowest) - 1),
                        above = layout.highBit >= 31 ? 0 : used >> (layout.highBit + 1);
    // A value's next bit is used too; a mark stands apart.
    const bool more = (above & 1U) != 0, lower = lowest > 0 && (below >> (lowest - 1) & 1U) != 0;
    if (above == 0 && below == 0)
        return;
    if (!more && !lower) {
        frame.warnings.push_back({TextId("decode.bits_beside_the_value",
                                         "(0028,0102) High Bit %1: other bits of the pixels are set too, apart from "
                                         "the value, and no overlay is declared: they were cut off"),
                                  layout.highBit});
        return;
    }
    frame.lowestBit = lower ? 0 : lowest;
    const int highest = !layout.isSigned ? static_cast<int>(std::bit_width(used))
                        : more           ? layout.bitsAllocated
                                         : layout.highBit + 1;
    frame.bitsUsed = highest - frame.lowestBit;
    frame.warnings.push_back({TextId("decode.native_bits_too_small",
                                     "(0028,0101) Bits Stored is %1 and (0028,0102) High Bit %2, but the pixels use "
                                     "bits %3 to %4: all were taken"),
                              layout.bitsStored, layout.highBit, frame.lowestBit,
                              frame.lowestBit + frame.bitsUsed - 1});
}

} // namespace mama

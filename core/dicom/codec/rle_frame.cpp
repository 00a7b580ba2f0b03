#include "core/dicom/codec/rle_frame.h"

#include "core/dicom/data_set/element_header.h"
#include "core/image/zero_holes.h"

#include <algorithm>

namespace mama {
namespace {

// One byte plane (PS3.5 G.3.1) into every step-th byte. DCMTK's decoder reads beyond the data of broken frames, so
// this one is ours. The bytes it took; empty if the segment ends before the plane is full.
std::optional<std::size_t> unpackPlane(std::span<const std::byte> in, std::byte* out, std::size_t count,
                                       std::size_t step)
{
    std::size_t done = 0, at = 0;
    while (done < count && at < in.size()) {
        const int head = static_cast<signed char>(std::to_integer<unsigned char>(in[at++]));
        if (head == -128)
            continue;
        const bool run = head < 0;
        const auto length = static_cast<std::size_t>(run ? 1 - head : 1 + head);
        const std::size_t needed = run ? 1 : length;
        if (needed > in.size() - at)
            return std::nullopt;
        for (std::size_t i = 0; i < length && done < count; ++i, ++done)
            out[done * step] = in[run ? at : at + i];
        at += needed;
    }
    return done == count ? std::optional(at) : std::nullopt;
}

// Bytes behind a full plane that are more than padding: what stands in front of them is not what was written.
bool isSurplus(std::span<const std::byte> rest)
{
    constexpr std::size_t harmless = 16;
    return rest.size() > harmless && std::ranges::any_of(rest.subspan(harmless), [](std::byte each) {
               return each != std::byte{0} && each != std::byte{0x80};
           });
}

} // namespace

bool beginsRle(std::span<const std::byte> fragment, const PixelLayout& layout)
{
    const auto expected =
        static_cast<std::uint64_t>(layout.samples) * static_cast<std::uint64_t>(layout.bytesPerSample());
    if (fragment.size() < 64 || readNumber(fragment, 0, 4, false) != expected || expected > 15 ||
        readNumber(fragment, 4, 4, false) != 64)
        return false;
    std::uint64_t last = 0;
    for (std::uint64_t i = 0; i < expected; ++i) {
        const std::uint64_t offset = readNumber(fragment, 4 + 4 * i, 4, false);
        if (offset <= last)
            return false;
        last = offset;
    }
    return true;
}

std::optional<RawFrame> decodeRle(const std::vector<std::byte>& compressed, const PixelLayout& layout, UserText& why)
{
    const auto bytesPerSample = static_cast<std::size_t>(layout.bytesPerSample());
    const std::size_t size = layout.pixels() * static_cast<std::size_t>(layout.samples) * bytesPerSample;
    if (layout.bitsAllocated % 8 != 0) {
        why = {TextId("decode.rle_bits_allocated", "RLE with (0028,0100) Bits Allocated %1"), layout.bitsAllocated};
        return std::nullopt;
    }
    if (!beginsRle(compressed, layout)) {
        why = {TextId("decode.rle_header_does_not_announce",
                      "RLE header does not announce the %1 segments of such a frame within its %2 bytes"),
               bytesPerSample * static_cast<std::size_t>(layout.samples), compressed.size()};
        return std::nullopt;
    }
    for (std::uint64_t i = 0; i < bytesPerSample * static_cast<std::size_t>(layout.samples); ++i)
        if (readNumber(compressed, 4 + 4 * i, 4, false) > compressed.size()) {
            why = {
                TextId("decode.rle_segment_starts_beyond_frame", "RLE segment %1 starts beyond the frame's %2 bytes"),
                i + 1, compressed.size()};
            return std::nullopt;
        }
    if (size > compressed.size() * 64) { // two bytes make 128 at most
        why = {TextId("decode.bytes_cannot_hold_frame", "%1 bytes cannot hold a frame of %2"), compressed.size(), size};
        return std::nullopt;
    }
    RawFrame out;
    out.bytesPerSample = layout.bytesPerSample();
    out.bytes.resize(size);
    const std::size_t planes = bytesPerSample * static_cast<std::size_t>(layout.samples);
    PackBitsZeros zeros;
    for (std::size_t plane = 0; plane < planes; ++plane) {
        const std::uint64_t from = readNumber(compressed, 4 + 4 * plane, 4, false);
        const std::uint64_t to =
            plane + 1 < planes ? readNumber(compressed, 8 + 4 * plane, 4, false) : compressed.size();
        // Segments hold the bytes of a sample from the most significant down.
        const std::size_t target =
            plane / bytesPerSample * bytesPerSample + bytesPerSample - 1 - plane % bytesPerSample;
        const auto segment = std::span<const std::byte>(compressed).subspan(from, to - from);
        const auto taken = unpackPlane(segment, out.bytes.data() + target, layout.pixels(), planes);
        if (!taken)
            why = {TextId("decode.rle_segment_ends_before_bytes", "RLE segment %1 ends before its %2 bytes"), plane + 1,
                   layout.pixels()};
        else if (isSurplus(segment.subspan(*taken)))
            why = {TextId("decode.rle_segment_too_long",
                          "RLE segment %1 holds %2 bytes more than its plane needs: its data are damaged"),
                   plane + 1, segment.size() - *taken};
        if (!why.empty())
            return std::nullopt;
        zeros.add(segment.first(*taken), layout.columns);
    }
    if (zeros.hole())
        out.warnings.push_back({zerosInStream});
    return out;
}

} // namespace mama

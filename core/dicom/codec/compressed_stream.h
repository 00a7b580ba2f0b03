#pragma once
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>

namespace mama {

// What the header of a compressed frame says, read before a decoder may allocate anything by it.
struct StreamInfo
{
    enum class Kind { JpegBaseline, JpegExtended, JpegProgressive, JpegLossless, JpegLs, Jpeg2000 };

    Kind kind = Kind::JpegBaseline;
    std::uint32_t rows = 0, columns = 0;
    int components = 1;
    int precision = 8;            // bits of a sample
    bool isSigned = false;        // JPEG 2000
    bool colourTransform = false; // JPEG 2000: the decoder turns it into RGB
    bool lossy = false;
    std::size_t longestZeros = 0; // JPEG 2000: zero bytes in a row that such a stream may hold
    std::size_t start = 0;        // JPEG 2000: where the codestream starts inside a JP2 file
    std::size_t length = 0;       // and how long it may be
};

// JPEG and JPEG-LS: markers of ISO 10918-1 and 14495-1 up to the frame header. Empty if there is none.
std::optional<StreamInfo> jpegInfo(std::span<const std::byte> bytes);

// JPEG 2000: codestream (ISO 15444-1 A.5), alone or in a JP2 file. Empty if broken, subsampled, or with
// components of different precision.
std::optional<StreamInfo> jpeg2000Info(std::span<const std::byte> bytes);

// Whether a fragment begins a new frame: start of a JPEG, JPEG-LS or JPEG 2000 stream or JP2 file.
bool beginsStream(std::span<const std::byte> fragment);

} // namespace mama

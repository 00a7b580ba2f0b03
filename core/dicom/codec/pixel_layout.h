#pragma once
#include "core/base/user_text.h"
#include "core/image/stored_image.h"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

class DcmItem;

namespace mama {

// The image pixel module (PS3.3 C.7.6.3), checked.
struct PixelLayout
{
    std::uint32_t rows = 0, columns = 0;
    int samples = 1;
    int bitsAllocated = 16, bitsStored = 16, highBit = 15;
    bool isSigned = false;
    std::uint32_t overlayBits = 0;        // of the words, that hold overlays
    std::optional<std::uint32_t> padding; // (0028,0120) as a word
    bool byPlane = false;                 // planar configuration 1
    std::string photometric;              // as stored; "MONOCHROME2" or "RGB" where it is missing
    std::int64_t frames = 1;              // as stated
    bool framesDoubtful = false;          // what is stated is no plain number
    std::vector<UserText> warnings;

    std::uint64_t pixels() const { return std::uint64_t{rows} * columns; }
    bool subsampled() const { return photometric == "YBR_FULL_422" || photometric == "YBR_PARTIAL_422"; }
    // Bits that one uncompressed frame takes in the file.
    std::uint64_t nativeFrameBits() const;
    int bytesPerSample() const { return bitsAllocated <= 8 ? 1 : bitsAllocated <= 16 ? 2 : 4; }
};

// The largest frame, and the largest sum of all frames, that is decoded.
constexpr std::uint64_t largestFrame = std::uint64_t{1} << 30;
constexpr std::uint64_t largestFile = std::uint64_t{2} << 30;

// Overlay groups are 6000, 6002, ... 601E; an embedded one lies in a bit of the pixels' words.
constexpr std::uint32_t firstOverlay = 0x60000000, lastOverlay = 0x601E0000, nextOverlay = 0x00020000;
bool isEmbeddedOverlay(DcmItem& dataset, std::uint32_t group);

// Error(Format) or Error(Unsupported) names the tag that is missing or impossible.
PixelLayout readPixelLayout(DcmItem& dataset, const std::string& where);

} // namespace mama

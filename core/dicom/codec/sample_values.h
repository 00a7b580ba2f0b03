#pragma once
#include "core/dicom/codec/frame_source.h"

namespace mama {

// A palette of 256 to 65,536 colours (PS3.3 C.7.6.3.1.5).
struct Palette
{
    int firstMapped = 0;
    int bits = 8; // of each entry
    std::vector<std::uint16_t> red, green, blue;
};

// Values by the header: bits above HighBit and below the lowest stored bit cut off, sign extended, colours
// interleaved. Colour stays in the file's own photometric interpretation; palette images give their indices.
StoredImage storedValues(const RawFrame& frame, const PixelLayout& layout);

// The same in RGB: YBR converted by the equations of PS3.3 C.7.6.3.1.2, palette looked up. Grey is unchanged.
StoredImage toRgb(StoredImage stored, const RawFrame& frame, const PixelLayout& layout, const Palette& palette);

} // namespace mama

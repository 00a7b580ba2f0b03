#pragma once
#include "core/dicom/codec/frame_source.h"

namespace mama {

// Native samples that go beyond the bits that the header names: all of theirs are taken, with a warning, where they
// are values; marks in single bits apart from the value (old overlays) are cut off, with a warning where no overlay is
// declared. words: the bytes of all frames, where the header shifts the value and every frame must be read alike.
void takeUsedBits(RawFrame& frame, const PixelLayout& layout, std::span<const std::byte> words);

} // namespace mama

#pragma once
#include "core/dicom/codec/pixel_layout.h"

#include <cstddef>
#include <span>
#include <vector>

namespace mama {

// One frame of uncompressed pixel data as whole little-endian samples; see FrameSource::read. The caller has checked
// that the frame is there. swapped: 16-bit words are big endian.
std::vector<std::byte> nativeFrame(std::span<const std::byte> pixels, int frame, const PixelLayout& layout,
                                   bool swapped);

} // namespace mama

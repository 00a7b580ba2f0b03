#pragma once
#include "core/dicom/codec/frame_source.h"

#include <optional>
#include <span>
#include <vector>

namespace mama {

// Of any compressed frame, in whatever coding.
constexpr auto zerosInStream =
    TextId("decode.zeros_in_stream", "the compressed stream holds zeros that no encoder writes: the file may be a "
                                     "damaged copy and a part of the picture missing");

// Whether a fragment starts with an RLE header for such frames (PS3.5 G.5).
bool beginsRle(std::span<const std::byte> fragment, const PixelLayout& layout);

// One frame (PS3.5 Annex G). Empty on failure, with the reason in why.
std::optional<RawFrame> decodeRle(const std::vector<std::byte>& compressed, const PixelLayout& layout, UserText& why);

} // namespace mama

#pragma once
#include "core/dicom/codec/frame_source.h"

#include <optional>
#include <string>

namespace mama {

// Whether compressed frames of this transfer syntax can be decoded.
bool hasDecoder(const std::string& transferSyntax);

// Decodes one frame from its joined fragments. The stream's own header is checked against the layout before a
// decoder sees it. Empty on failure, with the reason in why.
std::optional<RawFrame> decodeFrame(const std::string& transferSyntax, std::vector<std::byte> compressed,
                                    const PixelLayout& layout, UserText& why);

} // namespace mama

#pragma once
#include "core/base/user_text.h"
#include "core/dicom/codec/compressed_stream.h"

#include <cstddef>
#include <span>
#include <string>
#include <vector>

namespace mama {

// One frame as little-endian integers of 1, 2 or 4 bytes (by the stream's precision), components interleaved,
// [rows, columns, components]. info is that of the same bytes. On failure empty, with the reason in why.
std::vector<std::byte> decodeJpeg2000(std::span<const std::byte> bytes, const StreamInfo& info, UserText& why);

} // namespace mama

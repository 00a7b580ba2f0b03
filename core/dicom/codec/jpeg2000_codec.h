#pragma once
#include "core/dicom/codec/compressed_stream.h"

#include <string>
#include <vector>

namespace mama {

// DCMTK has no JPEG 2000: this registers a codec on OpenJPEG for transfer syntaxes 1.2.840.10008.1.2.4.90 and .91,
// codestreams and JP2 files. Call once.
void registerJpeg2000Codec();

// One frame as little-endian integers of 1, 2 or 4 bytes (by the stream's precision), components interleaved,
// [rows, columns, components]. info is that of the same bytes. On failure empty, with the reason in why.
std::vector<std::byte> decodeJpeg2000(std::span<const std::byte> bytes, const StreamInfo& info, std::string& why);

} // namespace mama

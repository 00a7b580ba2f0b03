#pragma once

namespace mama {

// DCMTK has no JPEG 2000: this registers a codec on OpenJPEG for transfer syntaxes 1.2.840.10008.1.2.4.90 and .91,
// codestreams and JP2 files. Call once.
void registerJpeg2000Codec();

} // namespace mama

#pragma once

namespace mama {

// Registers every decoder (RLE, JPEG, JPEG-LS and our JPEG 2000) and silences DCMTK's logger: what matters comes
// back as an Error or a warning in the header. Idempotent and thread-safe.
void setUpDcmtk();

} // namespace mama

#pragma once
#include "core/base/progress.h"

namespace mama {

class ReaderFile;
struct ScanReport;

// Gives scanned images without side or view those that the reader gave them, and hangs their studies anew. Reads files
// without a SOP Instance UID as ReaderFile::assigned() does.
void takeReadersSides(ReaderFile& file, ScanReport& report, const Job& job = {});

} // namespace mama

#pragma once
#include "core/base/progress.h"
#include "core/library/reader_file.h"

#include <memory>

namespace CLI {
class App;
}

namespace mama {
struct ScanReport;
}

namespace mama::cli {

// Read-only, what is odd about it told on stderr. Empty path: the usual place. Error(Io) if there is no such file.
std::unique_ptr<ReaderFile> readersFile(const std::filesystem::path& path);

// --readers-sides: images without side or view take those that the reader gave them in the window.
void addReadersSidesOption(CLI::App& command, bool& wanted);
void takeReadersSides(ScanReport& report, const Job& job);

} // namespace mama::cli

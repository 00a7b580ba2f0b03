#include "app/mama/reader_option.h"

#include "core/base/error.h"
#include "core/base/error_actions.h"
#include "core/library/reader_sides.h"

#include <CLI/CLI.hpp>
#include <iostream>

namespace mama::cli {

namespace fs = std::filesystem;

std::unique_ptr<ReaderFile> readersFile(const fs::path& named)
{
    const fs::path path = named.empty() ? ReaderFile::usualPlace() : named;
    if (!fs::exists(path))
        throw Error(ErrorCode::Io, {action::open}, path.string(),
                    {TextId("reading.no_file", "there is no such file: the window makes it with the first session, or "
                                               "name another with --file or $MAMA_READER")});
    auto file = std::make_unique<ReaderFile>(path, Access::Read);
    for (const UserText& notice : file->notices())
        std::cerr << "warning: " << path.string() << ": " << notice.english() << std::endl;
    return file;
}

void addReadersSidesOption(CLI::App& command, bool& wanted)
{
    command.add_flag("--readers-sides", wanted,
                     "Images without side or view take those that the reader gave them in the window\n($MAMA_READER, "
                     "else mama-workstation/reader.db in the data folder)");
}

void takeReadersSides(ScanReport& report, const Job& job)
{
    const auto file = readersFile({});
    mama::takeReadersSides(*file, report, job);
}

} // namespace mama::cli

#pragma once
#include "core/base/progress.h"
#include "core/base/user_text.h"
#include "core/media/private_folder.h"

#include <filesystem>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace mama {

// A ZIP archive's files on the disk, as long as this is held.
struct UnpackedZip
{
    std::shared_ptr<const PrivateFolder> folder;
    std::filesystem::path root;                            // in it, named as the archive: its names begin here
    std::vector<std::pair<std::string, UserText>> refused; // entries by their names, bytes as they stand, and why
};

// Whether the file begins as a ZIP archive does; false too if it cannot be read.
bool isZip(const std::filesystem::path& file);
// Unpacks what may be unpacked; the rest is refused by name. Number and sizes of the entries are checked against the
// limits, the file's size and the free disk first. Error names the archive: it is damaged, too large, or the disk is
// full; then nothing stays. Empty: cancelled.
Cancellable<UnpackedZip> unpackZip(const std::filesystem::path& archive, const Job& job = {});

} // namespace mama

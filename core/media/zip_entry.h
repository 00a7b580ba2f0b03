#pragma once
#include "core/base/user_text.h"

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace mama {

// What an archive says of one of its entries. The name is bytes of whatever character set.
struct ZipEntry
{
    std::string name;
    std::uint64_t size = 0, packed = 0; // bytes
    bool encrypted = false;
    int system = 0;               // that made it (APPNOTE 4.4.2): 0 and 10 are DOS and Windows, 3 is Unix
    std::uint32_t attributes = 0; // of that system

    bool isFolder() const;
};

// Where the entry goes, below the folder that is unpacked into. Programs of DOS may write "\" for "/".
std::filesystem::path placeOf(const ZipEntry& entry);
// Why the entry must not be unpacked: its name leads out of the folder, it is a link or device, encrypted, or grows as
// only archives do that are made to fill disks. Empty: it may.
UserText whyRefused(const ZipEntry& entry);

} // namespace mama

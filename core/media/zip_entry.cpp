#include "core/media/zip_entry.h"

#include "core/media/zip_limits.h"

#include <algorithm>
#include <sys/stat.h>

namespace mama {
namespace {

bool fromUnix(const ZipEntry& entry) { return entry.system == 3 || entry.system == 19; } // 19: Darwin

bool isLetter(char c) { return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z'); }

// With whichever separator: what one program takes for a letter of the name may be another one's way up.
bool leadsUp(const std::string& name)
{
    for (std::size_t at = 0; at <= name.size();) {
        const std::size_t end = std::min(name.find_first_of("/\\", at), name.size());
        if (name.compare(at, end - at, "..") == 0)
            return true;
        at = end + 1;
    }
    return false;
}

bool isAbsolute(const std::string& name)
{
    return name.starts_with('/') || name.starts_with('\\') ||
           (name.size() > 2 && isLetter(name[0]) && name[1] == ':' && (name[2] == '\\' || name[2] == '/'));
}

} // namespace

bool ZipEntry::isFolder() const { return name.ends_with('/') || (!fromUnix(*this) && name.ends_with('\\')); }

std::filesystem::path placeOf(const ZipEntry& entry)
{
    std::string name = entry.name;
    if (!fromUnix(entry))
        std::ranges::replace(name, '\\', '/');
    return std::filesystem::path(name).lexically_normal();
}

UserText whyRefused(const ZipEntry& entry)
{
    if (entry.name.empty())
        return {TextId("unpack.no_name", "an entry without a name")};
    if (leadsUp(entry.name))
        return {TextId("unpack.leads_out", "its name leads out of the archive's folder (\"..\"): not unpacked")};
    if (isAbsolute(entry.name))
        return {
            TextId("unpack.absolute_name", "its name is a place on the disk, not one in the archive: not unpacked")};
    const auto mode = fromUnix(entry) ? (entry.attributes >> 16U) & S_IFMT : 0U;
    if (mode == S_IFLNK)
        return {TextId("unpack.link", "a link: not followed")};
    if (mode != 0 && mode != S_IFREG && mode != S_IFDIR)
        return {TextId("unpack.no_file", "neither a file nor a folder")};
    if (entry.encrypted)
        return {TextId("unpack.encrypted", "encrypted: unpack it with its password, then open the folder")};
    if (entry.size > zipLimits::growsFrom && entry.size / zipLimits::growth > entry.packed)
        return {TextId("unpack.bomb", "%1 MiB out of %2 KiB: no picture packs so well; not unpacked"),
                entry.size >> 20U, entry.packed >> 10U};
    return {};
}

} // namespace mama

#include "core/dicom/read/archive.h"

#include "core/image/files/other_picture.h"

#include <algorithm>
#include <cstring>

namespace mama {
namespace {

using namespace std::string_view_literals;

constexpr Archive kinds[] = {{0, "PK\x03\x04"sv, "ZIP", ".ZIP"},
                             {0, "PK\x05\x06"sv, "ZIP", ".ZIP"},
                             {0, "\x1f\x8b"sv, "gzip", ".GZ .TGZ"},
                             {0, "\x1f\x9d"sv, "compress", ".Z .TAZ"},
                             {0, "7z\xbc\xaf\x27\x1c"sv, "7z", ".7Z"},
                             {0, "Rar!\x1a\x07"sv, "RAR", ".RAR"},
                             {0, "BZh"sv, "bzip2", ".BZ2 .TBZ .TBZ2"},
                             {0, "\xfd\x37zXZ\0"sv, "xz", ".XZ .TXZ"},
                             {0, "\x28\xb5\x2f\xfd"sv, "Zstandard", ".ZST .TZST"},
                             {257, "ustar"sv, "tar", ".TAR"},
                             {32769, "CD001"sv, "disc image (ISO 9660)", ".ISO .IMG"}};

} // namespace

const Archive* archiveOf(std::span<const std::byte> head)
{
    const auto* found = std::ranges::find_if(kinds, [&](const Archive& kind) {
        return head.size() >= kind.offset + kind.magic.size() &&
               std::memcmp(head.data() + kind.offset, kind.magic.data(), kind.magic.size()) == 0;
    });
    return found == std::end(kinds) ? nullptr : found;
}

UserText archiveText(const Archive& kind)
{
    return {TextId("scan.archive", "a %1 archive: unpack it first"), kind.name};
}

UserText otherPictureText(std::span<const std::byte> head)
{
    const char* kind = otherPicture(head);
    return kind ? UserText{TextId("scan.other_picture",
                                  "a %1 file, which is not read: convert it to PNG, TIFF or DICOM"),
                           kind}
                : UserText{};
}

} // namespace mama

#include "core/library/network_folder.h"

#include <algorithm>
#include <array>
#include <sys/vfs.h>

namespace mama {

bool isNetworkType(std::int64_t type)
{
    // statfs(2) and the kernel's magic.h
    constexpr std::array<std::uint32_t, 21> network{
        0x6969,                             // NFS
        0x517B,     0xFF534D42, 0xFE534D42, // SMB, CIFS, SMB2
        0x65735546,                         // FUSE
        0x01021997,                         // 9P
        0x5346414F, 0x6B414653,             // AFS
        0x73757245,                         // Coda
        0x564C,                             // NCP
        0x00C36400,                         // Ceph
        0x0BD00BD0,                         // Lustre
        0x47504653,                         // GPFS
        0x19830326,                         // BeeGFS
        0xAAD7AAEA,                         // Panasas
        0x7461636F,                         // OCFS2
        0x01161970,                         // GFS2
        0x20030528,                         // OrangeFS
        0x786F4256,                         // VirtualBox's shared folders
        0xBACBACBC,                         // VMware's
        0x013111A8,                         // IBRIX
    };
    return std::find(network.begin(), network.end(), static_cast<std::uint32_t>(type)) != network.end();
}

bool onNetwork(const std::filesystem::path& file)
{
    struct statfs info
    {
    };
    const auto folder = file.has_parent_path() ? file.parent_path() : std::filesystem::path(".");
    return ::statfs(folder.c_str(), &info) == 0 && isNetworkType(static_cast<std::int64_t>(info.f_type));
}

} // namespace mama

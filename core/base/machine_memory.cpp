#include "core/base/machine_memory.h"

#include <algorithm>
#include <fstream>
#include <limits>
#include <unistd.h>

namespace mama {

double groupMemoryLimit()
{
    for (const char* path : {"/sys/fs/cgroup/memory.max", "/sys/fs/cgroup/memory/memory.limit_in_bytes"}) {
        std::ifstream file(path);
        if (double bytes = 0; file >> bytes)
            return bytes;
    }
    return std::numeric_limits<double>::infinity();
}

std::uint64_t machineMemory()
{
    const long pages = ::sysconf(_SC_PHYS_PAGES), size = ::sysconf(_SC_PAGESIZE);
    if (pages <= 0 || size <= 0)
        return 0;
    const double all = static_cast<double>(pages) * static_cast<double>(size);
    return static_cast<std::uint64_t>(std::min(all, groupMemoryLimit()));
}

} // namespace mama

#include "core/base/processor.h"

#include <fstream>
#include <sched.h>
#include <string>

namespace mama {

Processor processor()
{
    Processor found;
    cpu_set_t usable;
    CPU_ZERO(&usable);
    if (::sched_getaffinity(0, sizeof usable, &usable) == 0)
        found.cores = CPU_COUNT(&usable);
    std::ifstream info("/proc/cpuinfo");
    for (std::string line; std::getline(info, line);) {
        const std::size_t colon = line.find(": ");
        if (colon == std::string::npos)
            continue;
        if (line.rfind("model name", 0) == 0) {
            found.name = line.substr(colon + 2);
        } else if (line.rfind("flags", 0) == 0) {
            const auto has = [&](const std::string& flag) {
                return (line + " ").find(" " + flag + " ") != std::string::npos;
            };
            found.avx2F16c = has("avx2") && has("fma") && has("f16c");
            found.avx512 = has("avx512f");
            found.avx512Bf16 = has("avx512_bf16");
            found.avx512Vnni = has("avx512_vnni");
            found.amxBf16 = has("amx_bf16");
            found.amxInt8 = has("amx_int8");
            break;
        }
    }
    return found;
}

} // namespace mama

#include "core/base/allocator.h"

#include <cstdlib>
#ifdef __GLIBC__
#include <climits>
#include <malloc.h>
#endif

namespace mama {

void keepFreedMemory()
{
#ifdef __GLIBC__
    mallopt(M_ARENA_MAX, 1); // the others cannot grow in place
    mallopt(M_MMAP_MAX, 0);
    mallopt(M_TRIM_THRESHOLD, INT_MAX);
    mallopt(M_TOP_PAD, 64 << 20);
#endif
}

} // namespace mama

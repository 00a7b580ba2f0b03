#pragma once
#include <cstdint>

namespace mama {

// Bytes of memory that this process may take at most: the machine's, or its control group's where that allows less.
// 0: the system does not say.
std::uint64_t machineMemory();
// Of the control group that this process is in; infinity without a limit.
double groupMemoryLimit();

} // namespace mama

#pragma once

namespace mama {

// Freed memory stays with the program instead of going back to the system, which would hand it out again page by page
// and zeroed. For programs that take and free large blocks all the time, as every step of a training does; call it
// before the first thread starts. Where the C library has no such setting nothing happens.
void keepFreedMemory();

} // namespace mama

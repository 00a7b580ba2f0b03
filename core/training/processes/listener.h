#pragma once
#include "core/training/loop/launch_place.h"

namespace mama {

// A socket that listens where the processes of a run meet: at 127.0.0.1 where all are on this machine, else at the
// address that MASTER_ADDR names. Where this machine's own tables call that name a loopback address, or none of its own
// (behind a translating router), it listens at all addresses, and a warning says so. The descriptor is the caller's.
// Error(Io) if nobody can listen there.
int listenFor(const LaunchPlace& place);

} // namespace mama

#pragma once
#include "core/base/progress.h"
#include "core/training/loop/launch_place.h"
#include "core/training/loop/process_group.h"

#include <memory>

namespace mama {

// Meets the run's other processes, over TCP by PyTorch's c10d and Gloo. Waits for them at most 10 minutes. Empty:
// cancelled. ProcessLost tells who is missing; Error(Io) if the first process cannot listen at the address.
std::unique_ptr<ProcessGroup> joinProcesses(const LaunchPlace& place, const Job& job);

} // namespace mama

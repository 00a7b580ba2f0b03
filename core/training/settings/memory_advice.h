#pragma once
#include "core/training/settings/settings.h"

namespace mama {

// What a run that has no memory left should be changed to, by the estimate (memory_estimate.h) and what this process
// may take: a batch with as many pairs a step, or a smaller input. Never fails: where nothing is known it says what
// helps in general.
UserText memoryAdvice(const Settings& settings);

// What this process holds and may take still, in bytes: the least of what the system has free, the limits of its
// control group and its own (setrlimit).
double memoryInReach();

} // namespace mama

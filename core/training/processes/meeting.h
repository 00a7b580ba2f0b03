#pragma once
#include "core/base/progress.h"
#include "core/training/loop/launch_place.h"

#include <chrono>
#include <torch/types.h>

#include <torch/csrc/distributed/c10d/Store.hpp>

namespace mama {

// The store in which the processes of a run find each other.
using MeetingStore = c10::intrusive_ptr<c10d::Store>;

// How long the processes wait for each other before the run.
constexpr std::chrono::minutes meetingPatience{10};

// Makes the store in the first process, or reaches it from another one, which may start earlier. Empty: cancelled.
// Error(Io) if the first process cannot listen, ProcessLost if it does not answer.
MeetingStore meetingStore(const LaunchPlace& place, const Job& job);

// Whether everybody has got as far as `step`; false: cancelled. After a few seconds it says who is missing. ProcessLost
// names them at the end, Error(Usage) says that another process has this one's place.
bool assemble(c10d::Store& store, const std::string& step, const LaunchPlace& place, const Job& job);

} // namespace mama

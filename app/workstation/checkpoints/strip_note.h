#pragma once
#include "app/workstation/runs/run_view.h"

namespace mama {

// What to do where a run has few checkpoints to drag over; empty: nothing, there are enough.
QString stripNote(const RunView& run);

} // namespace mama

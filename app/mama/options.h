#pragma once
#include "app/mama/commands.h"
#include "core/model/model.h"

namespace mama::cli {

// --device, --precision, --threads: on everything that computes.
void addComputeOptions(CLI::App& command, ComputeOptions& options);

} // namespace mama::cli

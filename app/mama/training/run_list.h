#pragma once
#include "app/mama/commands.h"
#include "core/protocol/run_entry.h"

namespace mama::cli {

// mama run list, and what people say of a run: mama run label.
void addRunList(CLI::App& run, Context& context);
// What list and show say of a run.
nlohmann::json runSummary(const RunEntry& run);

} // namespace mama::cli

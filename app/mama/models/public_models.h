#pragma once
#include "app/mama/commands.h"

namespace mama::cli {

// `list`, `get` and `remove` of `mama model`.
void addPublicModels(CLI::App& model, Context& context);

} // namespace mama::cli

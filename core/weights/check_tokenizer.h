#pragma once
#include "core/weights/import_weights.h"

namespace mama::weights {

// Why the tokenizer beside a model of the kind "clip" cannot be its own; empty: nothing speaks against it. Errors as
// Tokenizer::load.
UserText wrongTokenizer(const ImportedModel& model);

} // namespace mama::weights

#pragma once
#include "core/weights/import_weights.h"

namespace mama::weights {

// The model without its language model's own tensors, which an installed one gives back on loading (base_text.h), and
// with matrices and kernels rounded to bfloat16. Adapters, heads, vectors and scalars stay; the latter as they are.
// Error(Model) if the description names no installed language model.
ImportedModel compacted(const ImportedModel& model);

} // namespace mama::weights

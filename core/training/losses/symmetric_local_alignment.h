#pragma once
#include "core/training/losses/losses.h"

namespace mama {

// Symmetric local alignment (SLA, mama.md 3): each caption against each image by the best patch of each of its
// sentences (local_t2i), and by the best sentence of each patch (local_i2t), as cross-entropies both ways. Fills the
// local terms and scores; with `together`, this process's rows against the columns of every process. Error(Data) if
// sizes do not fit.
void addLocalAlignment(const LossInput& input, LossTerms& terms, const Collectives* together);

} // namespace mama

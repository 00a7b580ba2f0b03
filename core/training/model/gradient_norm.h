#pragma once
#include "core/training/model/trainable_model.h"

namespace mama {

// Euclidean norm of all gradients together, summed in float64; tensors without one count as zero. Error(Data) names the
// first tensor whose gradient is not finite.
double gradientNorm(const NamedTensors& trained);

} // namespace mama

#pragma once
#include "core/training/model/trainable_model.h"

#include <map>
#include <string>

namespace mama {

// Euclidean norms of gradients, summed in float64; tensors without one count as zero.
struct GradientNorms
{
    double all = 0;
    // Of the encoders with their heads, as far as they train: "image", "text".
    std::map<std::string, double> parts;

    // As a task's apply() tells them: "grad_norm", "grad_norm/image", "grad_norm/text".
    std::map<std::string, double> named() const;
};

// NotFinite names the first tensor whose gradient is not finite.
GradientNorms gradientNorms(const NamedTensors& trained);

} // namespace mama

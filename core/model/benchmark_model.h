#pragma once
#include "core/model/model.h"

namespace mama {

// ViT-B/14 with 4 registers at 518 pixels and MaMA's image heads, with random weights: for measurements only, its
// name says so. Same seed, same weights.
std::shared_ptr<const Model> randomImageModel(const ComputeOptions& options, std::uint64_t seed);

} // namespace mama

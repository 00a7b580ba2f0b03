#pragma once
#include "core/model/layers/parameters.h"

#include <nlohmann/json.hpp>

namespace mama {

// The published architecture (ViT-B/14 with 4 registers at 518 pixels, MaMA's image heads) for measurements.
nlohmann::json benchmarkDescription();

// Tensors of the architecture in a model.json with random values of trained models' size: linear layers of
// deviation 1 / sqrt(inputs), norms near 1. Same seed, same tensors.
Parameters randomParameters(const nlohmann::json& description, std::uint64_t seed);

} // namespace mama

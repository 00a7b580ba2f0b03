#pragma once
#include "core/training/model/trainable_model.h"

#include <cstdint>

namespace mama {

// The value that a tensor begins with where no checkpoint has one: LayerNorm and BatchNorm as identities, embeddings
// small, matrices and kernels so that they keep the variance of their input, scales at ln(1 / 0.07). float32 on the
// CPU.
at::Tensor startValue(const struct ExpectedTensor& tensor, at::Generator& generator);

// Gives a model the description that a pre-training begins with (startDescription()), and the tensors that this asks
// for: the language model's of textTower, if that names one; what is in neither is drawn. Tensors that the description
// has no place for are dropped.
void completeStart(TrainableModel& model, const nlohmann::json& description, const std::filesystem::path& textTower,
                   std::uint64_t seed);

} // namespace mama

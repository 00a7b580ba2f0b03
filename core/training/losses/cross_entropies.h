#pragma once
#include "core/base/user_text.h"

#include <string>
#include <torch/types.h>
#include <utility>

// What MaMA's losses are made of.
namespace mama {

// x / |x| along the last dimension.
torch::Tensor normalised(const torch::Tensor& x);

// Mean cross-entropy of rows [n, N] whose truth is the diagonal that begins at column `offset`.
torch::Tensor diagonalLoss(const torch::Tensor& logits, std::int64_t offset = 0);

// Of rows and of columns [N, N].
std::pair<torch::Tensor, torch::Tensor> bothDirections(const torch::Tensor& logits);

// Error(Data): a batch's embeddings do not fit together.
[[noreturn]] void refuseBatch(const std::string& where, const UserText& why);

} // namespace mama

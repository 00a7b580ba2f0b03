#include "core/training/losses/cross_entropies.h"

#include "core/base/error.h"
#include "core/training/settings/training_actions.h"

#include <torch/torch.h>

namespace mama {

using torch::Tensor;
namespace functional = torch::nn::functional;

Tensor normalised(const Tensor& x) { return functional::normalize(x, functional::NormalizeFuncOptions().dim(-1)); }

Tensor diagonalLoss(const Tensor& logits, std::int64_t offset)
{
    return functional::cross_entropy(logits, torch::arange(offset, offset + logits.size(0),
                                                           torch::TensorOptions(torch::kLong).device(logits.device())));
}

std::pair<Tensor, Tensor> bothDirections(const Tensor& logits)
{
    return {diagonalLoss(logits), diagonalLoss(logits.t())};
}

void refuseBatch(const std::string& where, const UserText& why)
{
    throw Error(ErrorCode::Data, {action::computeLosses}, where, why);
}

} // namespace mama

#pragma once
#include "core/model/layers/packed_weights.h"

namespace mama {

// at::linear with gradients, by oneDNN on weights in its own layout: on the processors at hand its products are faster
// than those behind at::linear forward and to the input. x [..., in], weight [out, in], bias [out] or undefined. In
// mixed precision (automatic types on) the factors and the result are bfloat16, x and its gradient keep their own type.
// packed: keeps the new layouts for the next call; null: none are kept.
at::Tensor trainedLinear(const at::Tensor& x, const at::Tensor& weight, const at::Tensor& bias,
                         const c10::intrusive_ptr<PackedWeights>& packed = nullptr);

// Whether it takes these: float32 weights on a CPU, gradients wanted, rows enough to repay the new layout.
bool canTrainLinear(const at::Tensor& x, const at::Tensor& weight);

// Whether products of this thread are to be bfloat16: automatic types are on for the CPU.
bool mixedPrecision();

// weight [out, in] in oneDNN's layout
at::Tensor oneDnnWeight(const at::Tensor& weight);

} // namespace mama

#include "core/model/batch_norm.h"

#include <ATen/ATen.h>

namespace mama {

at::Tensor batchNorm(const at::Tensor& rows, const BatchNormTensors& tensors, double eps, const ForwardMode& mode)
{
    constexpr double momentum = 0.1;
    const at::Tensor x = rows.to(tensors.mean.scalar_type()); // mixed precision hands bfloat16
    if (!mode.training || !mode.batchNorm)
        return at::batch_norm(x, tensors.weight, tensors.bias, tensors.mean, tensors.variance, mode.training, momentum, eps, false);
    const at::Tensor y = mode.batchNorm->normalise(x, tensors.mean, tensors.variance, {momentum, eps});
    if (!tensors.weight.defined())
        return y;
    std::vector<std::int64_t> shape(static_cast<std::size_t>(x.dim()), 1);
    shape[1] = x.size(1);
    return y * tensors.weight.view(shape) + tensors.bias.view(shape);
}

} // namespace mama

#include "core/model/layers/batch_norm.h"

#include "core/model/layers/training_parts.h"

#include <ATen/ATen.h>

namespace mama {

namespace {

constexpr double momentum = 0.1;

at::Tensor plain(const at::Tensor& rows, const BatchNormTensors& tensors, double eps, const ForwardMode& mode)
{
    const at::Tensor x = rows.to(tensors.mean.scalar_type()); // mixed precision hands bfloat16
    if (!mode.training || !mode.batchNorm)
        return at::batch_norm(x, tensors.weight, tensors.bias, tensors.mean, tensors.variance, mode.training, momentum,
                              eps, false);
    const at::Tensor y = mode.batchNorm->normalise(x, tensors.mean, tensors.variance, {momentum, eps});
    if (!tensors.weight.defined())
        return y;
    std::vector<std::int64_t> shape(static_cast<std::size_t>(x.dim()), 1);
    shape[1] = x.size(1);
    return y * tensors.weight.view(shape) + tensors.bias.view(shape);
}

bool inOnePass(const at::Tensor& rows, const BatchNormTensors& tensors, const ForwardMode& mode)
{
    return mode.training && !mode.batchNorm && tensors.mean.scalar_type() == at::kFloat && takesBatchNorm(rows);
}

} // namespace

at::Tensor batchNorm(const at::Tensor& rows, const BatchNormTensors& tensors, double eps, const ForwardMode& mode)
{
    return inOnePass(rows, tensors, mode) ? trainedBatchNorm(rows, tensors, {momentum, eps, false})
                                          : plain(rows, tensors, eps, mode);
}

at::Tensor batchNormRelu(const at::Tensor& rows, const BatchNormTensors& tensors, double eps, const ForwardMode& mode)
{
    return inOnePass(rows, tensors, mode) ? trainedBatchNorm(rows, tensors, {momentum, eps, true})
                                          : at::relu(plain(rows, tensors, eps, mode));
}

} // namespace mama

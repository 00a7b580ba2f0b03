#include "core/model/local_head.h"

#include <ATen/ATen.h>
#include <ATen/core/grad_mode.h>

namespace mama {
namespace {

at::Tensor matrixOf(const at::Tensor& weight) { return weight.dim() == 3 ? weight.squeeze(2) : weight; }

} // namespace

LocalHead::LocalHead(const Parameters& parameters, const std::string& prefix, double eps)
    : m_firstBias(parameters.get(prefix + "0.bias")), m_secondBias(parameters.get(prefix + "3.bias")),
      m_first(matrixOf(parameters.get(prefix + "0.weight")), m_firstBias),
      m_second(matrixOf(parameters.get(prefix + "3.weight")), m_secondBias),
      m_firstNorm{parameters.get(prefix + "1.weight"), parameters.get(prefix + "1.bias"),
                  parameters.get(prefix + "1.running_mean"), parameters.get(prefix + "1.running_var")},
      m_secondNorm{{}, {}, parameters.get(prefix + "4.running_mean"), parameters.get(prefix + "4.running_var")},
      m_eps(eps)
{}

Linear LocalHead::folded(const Linear& layer, const at::Tensor& bias, const BatchNormTensors& norm) const
{
    const at::Tensor scale =
        at::rsqrt(norm.variance + m_eps) * (norm.weight.defined() ? norm.weight : at::ones_like(norm.variance));
    const at::Tensor shift = (bias - norm.mean) * scale;
    return Linear(layer.mergedWeight() * scale.unsqueeze(1), norm.bias.defined() ? shift + norm.bias : shift);
}

void LocalHead::pack(Precision precision)
{
    const c10::NoGradGuard noGradients;
    m_first = folded(m_first, m_firstBias, m_firstNorm);
    m_second = folded(m_second, m_secondBias, m_secondNorm);
    m_first.pack(precision);
    m_second.pack(precision);
    m_packed = true;
}

at::Tensor LocalHead::operator()(const at::Tensor& x, const ForwardMode& mode) const
{
    if (m_packed)
        return m_second(at::relu(m_first(x)));
    return batchNorm(m_second(batchNormRelu(m_first(x, mode), m_firstNorm, m_eps, mode), mode), m_secondNorm, m_eps,
                     mode);
}

} // namespace mama

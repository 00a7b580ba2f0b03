#include "core/model/layers/convolution.h"

#include "core/model/layers/one_dnn.h"

#include <ATen/ATen.h>
#include <ATen/core/grad_mode.h>
#include <array>

namespace mama {
namespace {

using Pointwise = at::Tensor(const at::Tensor&, const at::Tensor&, const std::optional<at::Tensor>&, at::IntArrayRef,
                             at::IntArrayRef, at::IntArrayRef, std::int64_t, std::string_view, one_dnn::Scalars,
                             std::optional<std::string_view>);
using Reorder = at::Tensor(const at::Tensor&, at::IntArrayRef, at::IntArrayRef, at::IntArrayRef, std::int64_t,
                           at::OptionalIntArrayRef);

} // namespace

Convolution::Convolution(at::Tensor weight, at::Tensor bias, ConvolutionSteps steps, std::int64_t groups)
    : m_weight(std::move(weight)), m_bias(std::move(bias)), m_steps(steps), m_kernel(m_weight.size(2)), m_groups(groups)
{}

void Convolution::pack(Precision precision)
{
    static const auto reorder = one_dnn::find<Reorder>("mkldnn::_reorder_convolution_weight");
    const c10::NoGradGuard noGradients;
    const at::ScalarType type = precision == Precision::Bf16 ? at::kBFloat16 : at::kFloat;
    const std::int64_t around = m_steps.low == m_steps.high ? m_steps.low : 0;
    const std::array<std::int64_t, 2> padding{around, around}, strides{m_steps.stride, m_steps.stride}, dilation{1, 1};
    m_weight = reorder.call(m_weight.to(type).contiguous(at::MemoryFormat::ChannelsLast), padding, strides, dilation,
                            m_groups, std::nullopt);
    m_bias = m_bias.to(type);
    m_packed = true;
}

std::int64_t Convolution::size(std::int64_t side) const
{
    const std::int64_t padded = side + m_steps.low + m_steps.high;
    return padded < m_kernel ? 0 : (padded - m_kernel) / m_steps.stride + 1;
}

at::Tensor Convolution::run(const at::Tensor& x, bool swish) const
{
    static const auto call = one_dnn::find<Pointwise>("mkldnn::_convolution_pointwise");
    const auto [stride, low, high] = m_steps;
    const std::int64_t around = low == high ? low : 0;
    const std::array<std::int64_t, 2> strides{stride, stride}, padding{around, around}, dilation{1, 1};
    const at::Tensor input = low == high ? x : at::constant_pad_nd(x, {low, high, low, high});
    if (m_packed)
        return call.call(input, m_weight, m_bias, padding, strides, dilation, m_groups, swish ? "swish" : "none",
                         one_dnn::Scalars(), "");
    at::Tensor y = at::conv2d(input, m_weight, m_bias, strides, at::IntArrayRef(padding), dilation, m_groups);
    return swish ? at::silu_(y) : y;
}

} // namespace mama

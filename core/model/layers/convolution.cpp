#include "core/model/layers/convolution.h"

#include "core/model/kernels/kernels.h"
#include "core/model/layers/one_dnn.h"
#include "core/model/layers/trained_linear.h"

#include <ATen/ATen.h>
#include <ATen/core/grad_mode.h>
#include <array>

namespace mama {
namespace {

using Pointwise = at::Tensor(const at::Tensor&, const at::Tensor&, const std::optional<at::Tensor>&, at::IntArrayRef,
                             at::IntArrayRef, at::IntArrayRef, std::int64_t, std::string_view, one_dnn::Scalars,
                             std::optional<std::string_view>);
using RowsAndSum = at::Tensor(const at::Tensor&, const at::Tensor&, const at::Tensor&, const std::optional<at::Tensor>&,
                              std::string_view);
using Reorder = at::Tensor(const at::Tensor&, at::IntArrayRef, at::IntArrayRef, at::IntArrayRef, std::int64_t,
                           at::OptionalIntArrayRef);
using Rows = at::Tensor(const at::Tensor&, const at::Tensor&, const std::optional<at::Tensor>&, std::string_view,
                        one_dnn::Scalars, std::optional<std::string_view>);

// [N, C, H, W] -> [N H W, C], a view in channels-last; and back, of the same pictures.
at::Tensor asRows(const at::Tensor& x) { return x.permute({0, 2, 3, 1}).reshape({-1, x.size(1)}); }
at::Tensor asPicture(const at::Tensor& rows, const at::Tensor& of)
{
    return rows.view({of.size(0), of.size(2), of.size(3), rows.size(1)}).permute({0, 3, 1, 2});
}

at::Tensor multiplied(const at::Tensor& rows, const at::Tensor& weight, const at::Tensor& bias)
{
    static const auto call = one_dnn::find<Rows>("mkldnn::_linear_pointwise");
    return call.call(rows, weight, bias, "none", one_dnn::Scalars(), std::nullopt);
}

} // namespace

Convolution::Convolution(at::Tensor weight, at::Tensor bias, ConvolutionSteps steps, std::int64_t groups)
    : m_weight(std::move(weight)), m_bias(std::move(bias)), m_steps(steps), m_kernel(m_weight.size(2)), m_groups(groups)
{}

void Convolution::pack(Precision precision)
{
    static const auto reorder = one_dnn::find<Reorder>("mkldnn::_reorder_convolution_weight");
    const c10::NoGradGuard noGradients;
    if (m_kernel == 1 && m_groups == 1 && m_steps.stride == 1 && m_steps.low + m_steps.high == 0) {
        m_rows.emplace(m_weight.flatten(1), m_bias);
        m_rows->pack(precision == Precision::Int8 ? Precision::Fp32 : precision);
        m_weight = at::Tensor();
        m_packed = true;
        return;
    }
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
    if (m_rows) {
        const at::Tensor y = asPicture((*m_rows)(asRows(x)), x);
        return swish ? kernels::swish_(y) : y;
    }
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

at::Tensor Convolution::with(const at::Tensor& weight, const at::Tensor& x, const at::Tensor& added) const
{
    static const auto sum = one_dnn::find<RowsAndSum>("mkldnn::_linear_pointwise", "binary");
    const at::Tensor own = oneDnnWeight(weight.to(x.scalar_type())), bias = m_bias.to(x.scalar_type());
    if (added.defined())
        return asPicture(sum.call(asRows(x), asRows(added), own, bias, "add"), x);
    return asPicture(multiplied(asRows(x), own, bias), x);
}

} // namespace mama

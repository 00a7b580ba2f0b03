#include "core/model/layers/linear.h"

#include "core/base/error.h"
#include "core/base/error_actions.h"
#include "core/model/kernels/kernels.h"
#include "core/model/layers/one_dnn.h"
#include "core/model/layers/trained_linear.h"
#include "core/model/layers/training_parts.h"

#include <ATen/ATen.h>
#include <ATen/core/grad_mode.h>
#include <cmath>
#include <nlohmann/json.hpp>

namespace mama {
namespace {

// oneDNN's linear layer with an optional activation or sum behind it (aten/src/ATen/native/mkldnn/Linear.cpp).
using one_dnn::Scalars;
using Pointwise = at::Tensor(const at::Tensor&, const at::Tensor&, const std::optional<at::Tensor>&, std::string_view,
                             Scalars, std::optional<std::string_view>);
using Binary = at::Tensor(const at::Tensor&, const at::Tensor&, const at::Tensor&, const std::optional<at::Tensor>&,
                          std::string_view);

} // namespace

Linear::Linear(at::Tensor weight, at::Tensor bias, bool inputFirst)
    : m_weight(std::move(weight)), m_bias(std::move(bias)), m_inputFirst(inputFirst)
{}

Linear Linear::from(const Parameters& parameters, const std::string& name, const nlohmann::json& section,
                    bool inputFirst)
{
    Linear made(parameters.get(name + ".weight"), parameters.find(name + ".bias"), inputFirst);
    if (made.m_weight.dim() != 2)
        throw Error(ErrorCode::Model, {action::loadModel}, name + ".weight",
                    {TextId("model.has_dimensions_expected", "has %1 dimensions, expected 2"), made.m_weight.dim()});
    if (parameters.has(name + ".lora_A.weight")) {
        const nlohmann::json settings =
            section.contains("lora") && section["lora"].is_object() ? section["lora"] : nlohmann::json::object();
        Lora lora{parameters.get(name + ".lora_A.weight"), parameters.get(name + ".lora_B.weight"), 1};
        const auto rank = static_cast<double>(lora.a.size(0));
        const double alpha = settings.value("alpha", rank);
        lora.scale = settings.value("rslora", false) ? alpha / std::sqrt(rank) : alpha / rank;
        made.m_lora = lora;
    }
    return made;
}

std::int64_t Linear::outputs() const { return m_weight.size(m_inputFirst ? 1 : 0); }
std::int64_t Linear::inputs() const { return m_weight.size(m_inputFirst ? 0 : 1); }

at::Tensor Linear::mergedWeight() const
{
    at::Tensor weight = m_inputFirst ? m_weight.t() : m_weight;
    if (m_lora)
        weight = weight + at::matmul(m_lora->b, m_lora->a) * m_lora->scale;
    return m_gamma.defined() ? weight * m_gamma.unsqueeze(1) : weight;
}

void Linear::pack(Precision precision)
{
    const c10::NoGradGuard noGradients;
    m_precision = precision;
    const at::Tensor weight = mergedWeight().contiguous();
    if (m_bias.defined())
        m_packedBias = m_gamma.defined() ? m_bias * m_gamma : m_bias;
    if (precision == Precision::Int8) {
        m_weightScale = weight.abs().amax(1).clamp_min(1e-12) / 127.0;
        m_packed = (weight / m_weightScale.unsqueeze(1)).round().clamp(-127, 127).to(at::kChar);
        if (!m_packedBias.defined())
            m_packedBias = at::zeros({outputs()});
        m_packedBias = m_packedBias.contiguous();
        return;
    }
    const at::ScalarType type = precision == Precision::Bf16 ? at::kBFloat16 : at::kFloat;
    m_packed = oneDnnWeight(weight.to(type));
    if (m_packedBias.defined())
        m_packedBias = m_packedBias.to(type);
}

at::Tensor Linear::unscaled(const at::Tensor& x, const ForwardMode& mode) const
{
    const at::Tensor weight = m_inputFirst ? m_weight.t() : m_weight;
    at::Tensor y =
        canTrainLinear(x, weight) ? trainedLinear(x, weight, m_bias, mode.packed) : at::linear(x, weight, m_bias);
    if (m_lora) {
        const at::Tensor input = mode.training && mode.loraDropout > 0 ? at::dropout(x, mode.loraDropout, true) : x;
        y = y + at::linear(at::linear(input, m_lora->a), m_lora->b) * m_lora->scale;
    }
    return y;
}

at::Tensor Linear::plain(const at::Tensor& x, const ForwardMode& mode) const
{
    const at::Tensor y = unscaled(x, mode);
    return m_gamma.defined() ? y * m_gamma : y;
}

at::Tensor Linear::runPacked(const at::Tensor& x, After after) const
{
    static const auto call = one_dnn::find<Pointwise>("mkldnn::_linear_pointwise");
    const std::optional<at::Tensor> bias = m_packedBias.defined() ? std::optional(m_packedBias) : std::nullopt;
    const at::Tensor input = x.to(m_precision == Precision::Bf16 ? at::kBFloat16 : at::kFloat);
    return after == After::Gelu ? call.call(input, m_packed, bias, "gelu", Scalars(), "none")
                                : call.call(input, m_packed, bias, "none", Scalars(), std::nullopt);
}

at::Tensor Linear::runInt8(const at::Tensor& x, After after, const at::Tensor& residual) const
{
    const at::Tensor rows = x.reshape({-1, inputs()}).to(at::kFloat).contiguous();
    const kernels::QuantisedRows quantised = kernels::quantiseRows(rows);
    const at::Tensor sums = at::_int_mm(quantised.values, m_packed.t());
    kernels::Dequantise layer{quantised.scales, m_weightScale, m_packedBias, after == After::Gelu, residual};
    std::vector<std::int64_t> shape(x.sizes().begin(), x.sizes().end());
    shape.back() = outputs();
    return kernels::dequantise(sums, layer).view(shape);
}

at::Tensor Linear::operator()(const at::Tensor& x, const ForwardMode& mode) const
{
    if (!packed())
        return plain(x, mode);
    return m_precision == Precision::Int8 ? runInt8(x, After::Nothing, {}) : runPacked(x, After::Nothing);
}

at::Tensor Linear::gelu(const at::Tensor& x, const ForwardMode& mode) const
{
    if (!packed()) {
        const at::Tensor y = plain(x, mode);
        return takesGelu(y) ? trainedGelu(y) : at::gelu(y);
    }
    return m_precision == Precision::Int8 ? runInt8(x, After::Gelu, {}) : runPacked(x, After::Gelu);
}

at::Tensor Linear::addTo(const at::Tensor& residual, const at::Tensor& x, const ForwardMode& mode) const
{
    if (packed() && m_precision == Precision::Int8)
        return runInt8(x, After::Nothing, residual);
    if (packed() && m_precision == Precision::Fp32) {
        static const auto call = one_dnn::find<Binary>("mkldnn::_linear_pointwise", "binary");
        return call.call(x, residual, m_packed, m_packedBias.defined() ? std::optional(m_packedBias) : std::nullopt,
                         "add");
    }
    if (packed())
        return kernels::added(residual, (*this)(x, mode));
    const at::Tensor y = unscaled(x, mode);
    if (takesScaledSum(residual, y))
        return scaledSum(residual, y, m_gamma);
    return residual + (m_gamma.defined() ? y * m_gamma : y);
}

} // namespace mama

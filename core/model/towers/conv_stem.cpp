#include "core/model/towers/conv_stem.h"

#include "core/base/error.h"
#include "core/base/error_actions.h"
#include "core/model/layers/batch_norm.h"

#include <ATen/ATen.h>
#include <ATen/core/grad_mode.h>
#include <nlohmann/json.hpp>

namespace mama {
namespace {

constexpr double normEps = 1e-5;

const at::Tensor& tensorOf(const Parameters& parameters, const std::string& name, at::IntArrayRef shape)
{
    const at::Tensor& tensor = parameters.get(name);
    if (tensor.sizes() != shape)
        throw Error(ErrorCode::Model, {action::loadModel}, name,
                    {TextId("model.shape_not_stem_model_json", "its shape is not that of the stem in model.json")});
    return tensor;
}

} // namespace

ConvStem::ConvStem(const Parameters& parameters, const nlohmann::json& image, const std::string& prefix)
{
    const auto channels = image.at("stem").at("channels").get<std::vector<std::int64_t>>();
    const auto patch = image.at("patch").get<std::int64_t>(), width = image.at("width").get<std::int64_t>();
    if (channels.empty() || channels.size() > 8 || patch != std::int64_t{1} << channels.size())
        throw Error(ErrorCode::Model, {action::loadModel}, "image.stem",
                    {TextId("model.stages_do_not_make_patches", "%1 stages do not make patches of %2"), channels.size(),
                     patch});
    std::int64_t before = 3;
    const auto add = [&](const std::string& name, std::int64_t stride, std::int64_t kernel, std::int64_t out) {
        const auto get = [&](const char* part, at::IntArrayRef shape) {
            return tensorOf(parameters, name + part, shape);
        };
        m_layers.push_back({get(".weight", {out, before, kernel, kernel}),
                            {},
                            get("_norm.weight", {out}),
                            get("_norm.bias", {out}),
                            get("_norm.running_mean", {out}),
                            get("_norm.running_var", {out}),
                            stride});
        before = out;
    };
    for (std::size_t i = 0; i < channels.size(); ++i) {
        const std::string stage = prefix + "stem." + std::to_string(i) + ".";
        add(stage + "down", 2, 4, channels[i]);
        if (i > 0)
            add(stage + "same", 1, 3, channels[i]);
    }
    m_projection = tensorOf(parameters, prefix + "proj.weight", {width, before, 1, 1});
    m_projectionBias = tensorOf(parameters, prefix + "proj.bias", {width});
}

void ConvStem::pack(Precision precision)
{
    const c10::NoGradGuard noGradients;
    // Small and few: 8-bit products would save nothing.
    const at::ScalarType type = precision == Precision::Bf16 ? at::kBFloat16 : at::kFloat;
    for (Layer& layer : m_layers) {
        const at::Tensor scale = layer.normWeight * at::rsqrt(layer.variance + normEps);
        layer.bias = (layer.normBias - layer.mean * scale).to(type);
        layer.weight = (layer.weight * scale.view({-1, 1, 1, 1})).to(type).contiguous(at::MemoryFormat::ChannelsLast);
    }
    m_projection = m_projection.to(type).contiguous(at::MemoryFormat::ChannelsLast);
    m_projectionBias = m_projectionBias.to(type);
    m_packed = true;
}

at::Tensor ConvStem::run(const Layer& layer, const at::Tensor& x, const ForwardMode& mode) const
{
    const at::Tensor y = at::conv2d(x, layer.weight, layer.bias, {layer.stride, layer.stride}, {1, 1});
    return m_packed ? at::relu(y)
                    : batchNormRelu(y, {layer.normWeight, layer.normBias, layer.mean, layer.variance}, normEps, mode);
}

at::Tensor ConvStem::operator()(const at::Tensor& images, const ForwardMode& mode) const
{
    at::Tensor x = images.to(m_projection.scalar_type()).contiguous(at::MemoryFormat::ChannelsLast);
    for (const Layer& layer : m_layers)
        x = run(layer, x, mode);
    const at::Tensor y = at::conv2d(x, m_projection, m_projectionBias);
    return m_packed ? y.to(at::kFloat) : y;
}

} // namespace mama

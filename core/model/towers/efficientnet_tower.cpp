#include "core/model/towers/efficientnet_tower.h"

#include "core/base/error.h"
#include "core/base/error_actions.h"

#include <ATen/ATen.h>
#include <array>
#include <nlohmann/json.hpp>

namespace mama {
namespace {

// A convolution's weight and bias with the BatchNorm behind it, in float64 until the end.
struct Folder
{
    const Parameters& parameters;
    const std::string& prefix;
    double eps;

    std::pair<at::Tensor, at::Tensor> operator()(const std::string& convolution, const std::string& norm) const
    {
        const auto get = [&](const std::string& name) { return parameters.get(prefix + name).to(at::kDouble); };
        const at::Tensor scale = get(norm + ".weight") / (get(norm + ".running_var") + eps).sqrt();
        const at::Tensor weight = get(convolution + ".weight") * scale.view({-1, 1, 1, 1});
        const at::Tensor bias = get(norm + ".bias") - get(norm + ".running_mean") * scale;
        return {weight.to(at::kFloat).contiguous(), bias.to(at::kFloat)};
    }
};

} // namespace

EfficientNetTower::EfficientNetTower(const Parameters& parameters, const nlohmann::json& image,
                                     const std::string& prefix)
    : m_width(image.at("width"))
{
    const EfficientNetPlan* plan = efficientNetPlan(image.at("depth").get<std::int64_t>());
    if (!plan)
        throw Error(ErrorCode::Unsupported, {action::loadModel}, "image.depth",
                    {TextId("model.no_such_efficientnet", "there is no EfficientNet of %1 blocks here"),
                     image.at("depth").dump()});
    const Folder folded{parameters, prefix, image.value("norm_eps", 1e-3)};
    std::int64_t nominal = plan->nominal; // side of the nominal picture where a convolution begins
    const auto convolution = [&](const std::string& name, const std::string& norm, std::int64_t stride,
                                 bool each = false) {
        const auto [weight, bias] = folded(name, norm);
        const std::int64_t out = (nominal + stride - 1) / stride;
        const std::int64_t total = std::max<std::int64_t>((out - 1) * stride + weight.size(2) - nominal, 0);
        nominal = out;
        return Convolution(weight, bias, {stride, total / 2, total - total / 2}, each ? weight.size(0) : 1);
    };
    m_stem = convolution("_conv_stem", "_bn0", 2);
    for (std::size_t i = 0; i < plan->blocks.size(); ++i) {
        const EfficientNetBlock& of = plan->blocks[i];
        const std::string name = "_blocks." + std::to_string(i) + ".";
        MobileBlock::Parts block;
        if (of.expands)
            block.expand = convolution(name + "_expand_conv", name + "_bn0", 1);
        block.depthwise = convolution(name + "_depthwise_conv", name + "_bn1", of.stride, true);
        block.project = convolution(name + "_project_conv", name + "_bn2", 1);
        block.reduceWeight = parameters.get(prefix + name + "_se_reduce.weight").flatten(1);
        block.reduceBias = parameters.get(prefix + name + "_se_reduce.bias");
        block.gateWeight = parameters.get(prefix + name + "_se_expand.weight").flatten(1);
        block.gateBias = parameters.get(prefix + name + "_se_expand.bias");
        block.skips = of.skips;
        m_blocks.emplace_back(std::move(block));
    }
    m_head = convolution("_conv_head", "_bn1", 1);
}

void EfficientNetTower::pack(Precision precision)
{
    m_precision = precision;
    m_stem.pack(precision);
    m_head.pack(precision);
    for (MobileBlock& block : m_blocks)
        block.pack(precision);
}

GridStride EfficientNetTower::stride() const
{
    std::int64_t stride = m_stem.stride();
    for (const MobileBlock& block : m_blocks)
        stride *= block.stride();
    return {stride, stride};
}

GridSize EfficientNetTower::grid(std::int64_t height, std::int64_t width) const
{
    const auto along = [this](std::int64_t side) {
        side = m_stem.size(side);
        for (const MobileBlock& block : m_blocks)
            side = block.size(side);
        return side;
    };
    const GridSize cells{along(height), along(width)};
    if (height < 1 || width < 1 || cells.rows < 1 || cells.columns < 1)
        throw Error(ErrorCode::Data, {action::encodeImage}, "input",
                    {TextId("model.image_too_small", "%1 x %2 pixels are too few for the image tower"), height, width});
    return cells;
}

at::Tensor EfficientNetTower::tokens(const at::Tensor& images, const ForwardMode& /*mode*/, const Job& job,
                                     LateTokens* /*late*/) const
{
    if (images.dim() != 4 || images.size(1) != 3)
        throw Error(ErrorCode::Data, {action::encodeImage}, "input",
                    {TextId("model.expected_three_channels", "expected [N, 3, height, width]")});
    grid(images.size(2), images.size(3));
    const at::ScalarType type = m_precision == Precision::Bf16 ? at::kBFloat16 : at::kFloat;
    at::Tensor x = m_stem.swish(images.to(type).contiguous(at::MemoryFormat::ChannelsLast));
    for (const MobileBlock& block : m_blocks) {
        if (job.cancelled())
            return {};
        x = block(x);
    }
    return m_head.swish(x).to(at::kFloat).flatten(2).transpose(1, 2);
}

} // namespace mama

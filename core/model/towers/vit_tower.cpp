#include "core/model/towers/vit_tower.h"

#include "core/base/error.h"
#include "core/base/error_actions.h"
#include "core/model/kernels/kernels.h"
#include "core/model/layers/training_parts.h"
#include "core/model/towers/text_parts.h"

#include <ATen/ATen.h>
#include <cmath>
#include <nlohmann/json.hpp>

namespace mama {
namespace {

VitTower::Config configOf(const nlohmann::json& image)
{
    VitTower::Config c;
    c.width = image.at("width");
    c.depth = image.at("depth");
    c.heads = image.at("heads");
    c.patch = image.at("patch");
    c.registers = image.value("registers", std::int64_t{0});
    c.swiglu = image.value("ffn", std::string("mlp")) == "swiglu";
    c.layerScale = image.value("layer_scale", true);
    c.normEps = image.value("norm_eps", 1e-6);
    c.classToken = image.value("class_token", true);
    c.firstNorm = image.value("first_norm", false);
    c.patchBias = image.value("patch_bias", true);
    c.resizes = image.value("family", std::string("dinov2")) == "dinov2";
    c.activation = image.value("activation", std::string("gelu"));
    text::checkActivation(c.activation);
    const nlohmann::json& grid = image.at("native_grid");
    c.gridRows = grid.at(0);
    c.gridColumns = grid.at(1);
    if (image.contains("interpolation") && image["interpolation"].is_object()) {
        c.antialias = image["interpolation"].value("antialias", true);
        c.offset = image["interpolation"].value("offset", 0.0);
    }
    if (c.width < 1 || c.heads < 1 || c.patch < 1 || c.width % c.heads != 0)
        throw Error(
            ErrorCode::Model, {action::loadModel}, "image",
            {TextId("model.width_not_multiple_heads", "width %1 is not a multiple of %2 heads"), c.width, c.heads});
    return c;
}

void expect(const at::Tensor& tensor, const std::string& name, at::IntArrayRef shape)
{
    if (tensor.sizes() == shape)
        return;
    const auto text = [](at::IntArrayRef sizes) {
        std::string made = "[";
        for (std::size_t i = 0; i < sizes.size(); ++i)
            made += (i ? ", " : "") + std::to_string(sizes[i]);
        return made + "]";
    };
    throw Error(ErrorCode::Model, {action::loadModel}, name,
                {TextId("model.shape_expected", "shape %1, expected %2"), text(tensor.sizes()), text(shape)});
}

// A parameter itself, whatever its shape: a view of it made here would learn nothing in training.
at::Tensor sized(const Parameters& parameters, const std::string& name, std::int64_t count)
{
    const at::Tensor tensor = parameters.get(name);
    if (tensor.numel() != count)
        throw Error(ErrorCode::Model, {action::loadModel}, name,
                    {TextId("model.tensor_of_other_size", "has %1 values, expected %2"), tensor.numel(), count});
    return tensor;
}

} // namespace

VitTower::VitTower(const Parameters& parameters, const nlohmann::json& image, const std::string& prefix)
    : m_config(configOf(image))
{
    const auto& c = m_config;
    const auto get = [&](const std::string& name, at::IntArrayRef shape) {
        const at::Tensor& tensor = parameters.get(prefix + name);
        expect(tensor, prefix + name, shape);
        return tensor;
    };
    if (image.contains("stem")) {
        m_stem.emplace(parameters, image, prefix + "patch_embed.");
    } else {
        m_patchWeight = get("patch_embed.proj.weight", {c.width, 3, c.patch, c.patch});
        if (c.patchBias)
            m_patchBias = get("patch_embed.proj.bias", {c.width});
    }
    const std::int64_t before = c.classToken ? 1 : 0;
    if (c.classToken)
        m_cls = sized(parameters, prefix + "cls_token", c.width);
    m_positions = sized(parameters, prefix + "pos_embed", (before + c.gridRows * c.gridColumns) * c.width);
    if (c.registers > 0)
        m_registers = get("register_tokens", {1, c.registers, c.width});
    const auto norm = [&](const std::string& name) {
        return Norm{get(name + ".weight", {c.width}), get(name + ".bias", {c.width})};
    };
    for (std::int64_t i = 0; i < c.depth; ++i) {
        const std::string name = "blocks." + std::to_string(i) + ".";
        const auto linear = [&](const std::string& part) {
            return Linear::from(parameters, prefix + name + part, image);
        };
        Block block{norm(name + "norm1"),
                    norm(name + "norm2"),
                    linear("attn.qkv"),
                    linear("attn.proj"),
                    linear(c.swiglu ? "mlp.w12" : "mlp.fc1"),
                    linear(c.swiglu ? "mlp.w3" : "mlp.fc2")};
        if (c.layerScale) {
            block.proj.setOutputScale(get(name + "ls1.gamma", {c.width}));
            block.fc2.setOutputScale(get(name + "ls2.gamma", {c.width}));
        }
        m_blocks.push_back(std::move(block));
    }
    m_norm = norm("norm");
    if (c.firstNorm)
        m_firstNorm = norm("norm_pre");
}

void VitTower::pack(Precision precision)
{
    m_precision = precision;
    if (m_stem)
        m_stem->pack(precision);
    for (Block& block : m_blocks)
        for (Linear* layer : {&block.qkv, &block.proj, &block.fc1, &block.fc2})
            layer->pack(precision);
}

at::Tensor VitTower::positions(const GridSize& grid) const
{
    const auto& c = m_config;
    if (grid.rows == c.gridRows && grid.columns == c.gridColumns)
        return m_positions.view({1, -1, c.width});
    // In float32 whatever the model's type is: LibTorch resamples no bfloat16 on the CPU.
    const at::Tensor all = m_positions.view({1, -1, c.width});
    const at::Tensor stored = all.narrow(1, 1, c.gridRows * c.gridColumns)
                                  .to(at::kFloat)
                                  .reshape({1, c.gridRows, c.gridColumns, c.width})
                                  .permute({0, 3, 1, 2});
    // With an offset the scale factors themselves enter the sampling positions, not the ratio of the sizes.
    std::optional<double> scaleRows, scaleColumns;
    if (c.offset != 0) {
        scaleRows = (static_cast<double>(grid.rows) + c.offset) / static_cast<double>(c.gridRows);
        scaleColumns = (static_cast<double>(grid.columns) + c.offset) / static_cast<double>(c.gridColumns);
    }
    const std::int64_t size[] = {grid.rows, grid.columns};
    const at::Tensor resized = c.antialias ? at::_upsample_bicubic2d_aa(stored, size, false, scaleRows, scaleColumns)
                                           : at::upsample_bicubic2d(stored, size, false, scaleRows, scaleColumns);
    const at::Tensor cells = resized.permute({0, 2, 3, 1}).reshape({1, grid.cells(), c.width});
    return at::cat({all.narrow(1, 0, 1), cells.to(all.scalar_type())}, 1);
}

GridSize VitTower::grid(std::int64_t height, std::int64_t width) const
{
    const std::int64_t patch = m_config.patch;
    if (height < patch || width < patch || height % patch != 0 || width % patch != 0)
        throw Error(
            ErrorCode::Data, {action::encodeImage}, "input",
            {TextId("model.sides_x_must_multiples_patch", "sides %1 x %2 must be multiples of the patch size %3"),
             height, width, patch});
    if (!m_config.resizes && (height / patch != m_config.gridRows || width / patch != m_config.gridColumns))
        throw Error(ErrorCode::Data, {action::encodeImage}, "input",
                    {TextId("model.one_size_only", "%1 x %2 pixels: this image tower takes %3 x %4 only"), height,
                     width, m_config.gridRows * patch, m_config.gridColumns * patch});
    return {height / patch, width / patch};
}

at::Tensor VitTower::normalise(const at::Tensor& x, const Norm& norm) const
{
    if (takesLayerNorm(x, norm.weight))
        return trainedLayerNorm(x, norm.weight, norm.bias, m_config.normEps);
    return at::layer_norm(x, {m_config.width}, norm.weight, norm.bias, m_config.normEps);
}

at::Tensor VitTower::input(const at::Tensor& x, const Norm& norm) const
{
    return m_precision == Precision::Bf16 ? kernels::halfLayerNorm(x, norm.weight, norm.bias, m_config.normEps)
                                          : normalise(x, norm);
}

at::Tensor VitTower::run(const Block& block, const at::Tensor& x, const ForwardMode& mode) const
{
    const at::Tensor projected = block.qkv(input(x, block.norm1), mode);
    const at::Tensor attended = kernels::attention(projected, m_config.heads, m_precision == Precision::Int8);
    return feedForward(block, block.proj.addTo(x, attended, mode), mode);
}

at::Tensor VitTower::feedForward(const Block& block, const at::Tensor& middle, const ForwardMode& mode) const
{
    const at::Tensor normed = input(middle, block.norm2);
    if (!m_config.swiglu && m_config.activation == "gelu")
        return block.fc2.addTo(middle, block.fc1.gelu(normed, mode), mode);
    if (!m_config.swiglu)
        return block.fc2.addTo(middle, text::activate(block.fc1(normed, mode), m_config.activation), mode);
    const auto halves = block.fc1(normed, mode).chunk(2, -1);
    return block.fc2.addTo(middle, at::silu(halves[0]) * halves[1], mode);
}

at::Tensor VitTower::values(const Block& block, const at::Tensor& x) const
{
    return block.qkv(input(x, block.norm1)).narrow(2, 2 * m_config.width, m_config.width).contiguous();
}

at::Tensor VitTower::ownValues(const Block& block, const at::Tensor& x) const
{
    return feedForward(block, block.proj.addTo(x, values(block, x)), {});
}

// Heads one after the other: of 1,369 cells the weights of one are 7.5 MB. Tokens that are no cells keep their values.
at::Tensor VitTower::neighbours(const Block& block, const at::Tensor& x, const GridSize& grid) const
{
    const std::int64_t width = m_config.width, size = width / m_config.heads;
    const at::Tensor projected = block.qkv(input(x, block.norm1)).to(at::kFloat), near = nearness(grid);
    const auto cells = [&](std::int64_t part) {
        return projected.narrow(1, before(), grid.cells()).narrow(2, part * width, width);
    };
    const at::Tensor keys = cells(1), own = cells(2);
    at::Tensor attended = projected.narrow(2, 2 * width, width).clone();
    for (std::int64_t head = 0; head < m_config.heads; ++head) {
        const at::Tensor key = keys.narrow(2, head * size, size);
        const at::Tensor like = at::matmul(key, key.transpose(1, 2)) / std::sqrt(static_cast<double>(size));
        attended.narrow(1, before(), grid.cells())
            .narrow(2, head * size, size)
            .copy_(at::matmul(at::softmax(like + near, -1), own.narrow(2, head * size, size)));
    }
    return block.proj(attended);
}

at::Tensor VitTower::read(const LateTokens& late, ReadOut way) const
{
    const Block& last = m_blocks.back();
    const auto made = [&]() -> at::Tensor {
        switch (way) {
        case ReadOut::Standard: break;
        case ReadOut::Self1: return ownValues(last, late.last);
        case ReadOut::Self2:
            return m_blocks.size() < 2 ? ownValues(last, late.last)
                                       : ownValues(last, ownValues(m_blocks[m_blocks.size() - 2], late.secondLast));
        case ReadOut::ValueOnly: return last.proj(values(last, late.last));
        case ReadOut::ValueFfn: return feedForward(last, last.proj(values(last, late.last)).to(at::kFloat), {});
        case ReadOut::Neighbour: return neighbours(last, late.last, late.grid);
        }
        return run(last, late.last, {});
    };
    return made().to(at::kFloat);
}

at::Tensor VitTower::embedded(const at::Tensor& images, const ForwardMode& mode) const
{
    const auto& c = m_config;
    const GridSize size = grid(images.size(2), images.size(3));
    const std::int64_t n = images.size(0);
    const at::Tensor x =
        (m_stem ? (*m_stem)(images, mode) : at::conv2d(images, m_patchWeight, m_patchBias, {c.patch, c.patch}))
            .flatten(2)
            .transpose(1, 2);
    const at::Tensor position = positions(size);
    if (!c.classToken)
        return x + position;
    const at::Tensor cls = (m_cls.view({1, 1, c.width}) + position.narrow(1, 0, 1)).expand({n, 1, c.width});
    const at::Tensor patches = x + position.narrow(1, 1, size.cells());
    const at::Tensor all = c.registers > 0 ? at::cat({cls, m_registers.expand({n, c.registers, c.width}), patches}, 1)
                                           : at::cat({cls, patches}, 1);
    return c.firstNorm ? normalise(all, m_firstNorm) : all;
}

at::Tensor VitTower::tokens(const at::Tensor& images, const ForwardMode& mode, const Job& job, LateTokens* late) const
{
    if (images.dim() != 4 || images.size(1) != 3)
        throw Error(ErrorCode::Data, {action::encodeImage}, "input",
                    {TextId("model.expected_n_height_width", "expected [N, 3, height, width]")});
    at::Tensor x = embedded(images, mode);
    for (std::size_t i = 0; i < m_blocks.size(); ++i) {
        if (job.cancelled())
            return {};
        if (late && i + 2 == m_blocks.size())
            late->secondLast = x;
        if (late && i + 1 == m_blocks.size())
            *late = {late->secondLast.defined() ? late->secondLast : x, x, grid(images.size(2), images.size(3))};
        x = run(m_blocks[i], x, mode);
    }
    return x;
}

at::Tensor VitTower::norm(const at::Tensor& tokens) const { return normalise(tokens, m_norm); }

at::Tensor VitTower::patches(const at::Tensor& tokens) const
{
    return tokens.narrow(1, before(), tokens.size(1) - before());
}

} // namespace mama

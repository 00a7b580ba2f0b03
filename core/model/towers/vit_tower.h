#pragma once
#include "core/base/progress.h"
#include "core/model/layers/linear.h"
#include "core/model/towers/conv_stem.h"

#include <nlohmann/json_fwd.hpp>
#include <optional>

namespace mama {

// DINOv2's vision transformer (facebookresearch/dinov2, dinov2/models/vision_transformer.py): S/B/L/g widths, with
// or without registers, GELU or SwiGLU, with or without LayerScale; small towers of our own with convolutions in place
// of the patch embedding.
class ImageTower
{
public:
    struct Config
    {
        std::int64_t width = 768, depth = 12, heads = 12, patch = 14, registers = 4;
        std::int64_t gridRows = 37, gridColumns = 37; // of the stored position embedding
        bool swiglu = false, layerScale = true, antialias = true;
        double offset = 0; // position interpolation: 0 = to an output size; else scale factor (n + offset) / M
        double normEps = 1e-6;
    };

    // image: model.json's "image". Error(Model) names a missing or misshapen tensor.
    ImageTower(const Parameters& parameters, const nlohmann::json& image,
               const std::string& prefix = "img_encoder_q.model.");

    const Config& config() const { return m_config; }
    bool mixesImages() const
    {
        return m_stem.has_value();
    } // in training, by its BatchNorm: a batch is not the sum of its parts
    // For inference from here on: weights in the layout and precision that are fastest, LayerScale folded into them.
    void pack(Precision precision);

    // images [N, 3, H, W], H and W multiples of the patch -> [N, 1 + registers + P, width], the last block's output
    // before the final LayerNorm; cls, registers, patches row by row.
    at::Tensor tokens(const at::Tensor& images, const ForwardMode& mode = {}, const Job& job = {}) const;
    at::Tensor norm(const at::Tensor& tokens) const;    // the final LayerNorm
    at::Tensor patches(const at::Tensor& normed) const; // [N, P, width]
    // [1, 1 + rows * columns, width], cls row first
    at::Tensor positions(std::int64_t rows, std::int64_t columns) const;

private:
    struct Norm
    {
        at::Tensor weight, bias;
    };
    struct Block
    {
        Norm norm1, norm2;
        Linear qkv, proj, fc1, fc2; // SwiGLU: fc1 is w12, fc2 is w3
    };
    at::Tensor normalise(const at::Tensor& x, const Norm& norm) const;
    at::Tensor run(const Block& block, const at::Tensor& x, const ForwardMode& mode) const;

    Config m_config;
    Precision m_precision = Precision::Fp32;
    std::optional<ConvStem> m_stem; // in place of m_patchWeight and m_patchBias
    at::Tensor m_patchWeight, m_patchBias, m_cls, m_registers, m_positions;
    std::vector<Block> m_blocks;
    Norm m_norm;
};

} // namespace mama

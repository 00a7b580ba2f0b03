#pragma once
#include "core/model/towers/conv_stem.h"
#include "core/model/towers/image_tower.h"

#include <optional>

namespace mama {

// DINOv2's vision transformer (facebookresearch/dinov2, dinov2/models/vision_transformer.py): S/B/L/g widths, with
// or without registers, GELU or SwiGLU, with or without LayerScale; small towers of our own with convolutions in place
// of the patch embedding. Also the vision transformers of timm, CLIP (a norm in front) and SigLIP (no class token).
class VitTower final : public ImageTower
{
public:
    struct Config
    {
        std::int64_t width = 768, depth = 12, heads = 12, patch = 14, registers = 4;
        std::int64_t gridRows = 37, gridColumns = 37; // of the stored position embedding
        bool swiglu = false, layerScale = true, antialias = true;
        bool classToken = true, firstNorm = false, patchBias = true; // firstNorm: in front of the blocks, CLIP's
        bool resizes = true;             // whether positions are interpolated; else the one size is taken
        std::string activation = "gelu"; // exact; see text::activate
        double offset = 0; // position interpolation: 0 = to an output size; else scale factor (n + offset) / M
        double normEps = 1e-6;
    };

    // image: model.json's "image". Error(Model) names a missing or misshapen tensor.
    VitTower(const Parameters& parameters, const nlohmann::json& image, const std::string& prefix);

    std::int64_t width() const override { return m_config.width; }
    GridStride stride() const override { return {m_config.patch, m_config.patch}; }
    CellSize cell(const Extent&) const override { return static_cast<int>(m_config.patch); }
    // Sides must be multiples of the patch.
    GridSize grid(std::int64_t height, std::int64_t width) const override;
    bool mixesImages() const override { return m_stem.has_value(); }
    // LayerScale is folded into the weights.
    void pack(Precision precision) override;

    // [N, 1 + registers + P, width], the last block's output: cls (if there is one), registers, patches.
    at::Tensor tokens(const at::Tensor& images, const ForwardMode& mode = {}, const Job& job = {},
                      LateTokens* late = nullptr) const override;
    bool readsOut() const override { return true; }
    at::Tensor read(const LateTokens& late, ReadOut way) const override;
    at::Tensor norm(const at::Tensor& tokens) const override;
    at::Tensor patches(const at::Tensor& tokens) const override;
    // [1, 1 + cells, width], cls row first, if there is one
    at::Tensor positions(const GridSize& grid) const;

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
    at::Tensor input(const at::Tensor& x, const Norm& norm) const; // of a product: normed, in the packed type
    at::Tensor run(const Block& block, const at::Tensor& x, const ForwardMode& mode) const;
    at::Tensor feedForward(const Block& block, const at::Tensor& x, const ForwardMode& mode) const; // x + MLP
    at::Tensor values(const Block& block, const at::Tensor& x) const;                               // [N, T, width]
    at::Tensor ownValues(const Block& block, const at::Tensor& x) const; // run() if each attended to itself alone
    at::Tensor neighbours(const Block& block, const at::Tensor& x, const GridSize& grid) const;
    std::int64_t before() const { return (m_config.classToken ? 1 : 0) + m_config.registers; } // tokens, the cells
    at::Tensor embedded(const at::Tensor& images, const ForwardMode& mode) const;

    Config m_config;
    Precision m_precision = Precision::Fp32;
    std::optional<ConvStem> m_stem; // in place of m_patchWeight and m_patchBias
    at::Tensor m_patchWeight, m_patchBias, m_cls, m_registers, m_positions;
    std::vector<Block> m_blocks;
    Norm m_firstNorm, m_norm;
};

} // namespace mama

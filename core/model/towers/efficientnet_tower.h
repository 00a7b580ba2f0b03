#pragma once
#include "core/model/layers/batch_norm.h"
#include "core/model/towers/image_tower.h"
#include "core/weights/families/efficientnet_plan.h"

#include <optional>
#include <vector>

namespace mama {

// EfficientNet B2 or B5 as lukemelas/EfficientNet-PyTorch computes it, without its classifier: BatchNorm folded into
// the convolutions, padding of the nominal picture whatever the size of the given one. For inference.
class EfficientNetTower final : public ImageTower
{
public:
    // image: model.json's "image". Error(Model) names a missing tensor, Error(Unsupported) a depth that is not known.
    EfficientNetTower(const Parameters& parameters, const nlohmann::json& image, const std::string& prefix);

    std::int64_t width() const override { return m_width; }
    GridStride stride() const override;
    // Any size of at least one cell; sides round up.
    GridSize grid(std::int64_t height, std::int64_t width) const override;
    bool mixesImages() const override { return false; }
    void pack(Precision) override {}

    // [N, cells, width], after the last activation.
    at::Tensor tokens(const at::Tensor& images, const ForwardMode& mode = {}, const Job& job = {},
                      at::Tensor* values = nullptr) const override;
    at::Tensor norm(const at::Tensor& tokens) const override { return tokens; }
    at::Tensor patches(const at::Tensor& tokens) const override { return tokens; }

private:
    struct Convolution
    {
        at::Tensor weight, bias;
        std::int64_t kernel = 1, stride = 1, groups = 1;
        std::int64_t low = 0, high = 0; // zeros above and left, below and right
        at::Tensor operator()(const at::Tensor& x) const;
        std::int64_t size(std::int64_t side) const; // of what comes out along an axis
    };
    struct Block
    {
        std::optional<Convolution> expand;
        Convolution depthwise, project;
        at::Tensor reduceWeight, reduceBias, gateWeight, gateBias; // squeeze-excite
        bool skips = false;
    };
    at::Tensor run(const Block& block, const at::Tensor& x) const;

    Convolution m_stem, m_head;
    std::vector<Block> m_blocks;
    std::int64_t m_width = 0;
};

} // namespace mama

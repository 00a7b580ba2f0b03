#pragma once
#include "core/model/layers/mobile_block.h"
#include "core/model/towers/image_tower.h"
#include "core/weights/families/efficientnet_plan.h"

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
    // int8: convolutions in float32.
    void pack(Precision precision) override;

    // [N, cells, width], after the last activation.
    at::Tensor tokens(const at::Tensor& images, const ForwardMode& mode = {}, const Job& job = {},
                      LateTokens* late = nullptr) const override;
    at::Tensor norm(const at::Tensor& tokens) const override { return tokens; }
    at::Tensor patches(const at::Tensor& tokens) const override { return tokens; }

private:
    Convolution m_stem, m_head;
    std::vector<MobileBlock> m_blocks;
    std::int64_t m_width = 0;
    Precision m_precision = Precision::Fp32;
};

} // namespace mama

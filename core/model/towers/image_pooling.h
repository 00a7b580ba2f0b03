#pragma once
#include "core/model/towers/image_tower.h"

#include <memory>

namespace mama {

// How an image's tokens become one vector.
class ImagePooling
{
public:
    // By "pooling" of model.json's "image": "mean-prenorm", MaMA's; "mean-cells", a convolutional tower's; "cls-norm";
    // "attention", SigLIP's. Error(Unsupported) names another.
    static std::unique_ptr<ImagePooling> make(const Parameters& parameters, const nlohmann::json& image);
    virtual ~ImagePooling() = default;

    // tokens as the tower gave them, [N, T, width] -> [N, width]
    virtual at::Tensor operator()(const ImageTower& tower, const at::Tensor& tokens) const = 0;
    // Each of the cells [N, P, width] as if it alone had been pooled, [N, P, width]: what maps are drawn from.
    virtual at::Tensor alone(const ImageTower& tower, const at::Tensor& cells) const { return tower.norm(cells); }
};

} // namespace mama

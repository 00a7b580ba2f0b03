#pragma once
#include "core/model/towers/image_tower.h"

#include <memory>
#include <string>

namespace mama {

// How an image's tokens become one vector.
class ImagePooling
{
public:
    // By "pooling" of model.json's "image": "mean-prenorm", MaMA's, or "cls-norm". Error(Unsupported) names another.
    static std::unique_ptr<ImagePooling> make(const std::string& name);
    virtual ~ImagePooling() = default;

    // tokens as the tower gave them, [N, T, width] -> [N, width]
    virtual at::Tensor operator()(const ImageTower& tower, const at::Tensor& tokens) const = 0;
};

} // namespace mama

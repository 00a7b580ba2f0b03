#include "core/model/towers/image_pooling.h"

#include "core/base/error.h"
#include "core/base/error_actions.h"

#include <ATen/ATen.h>

namespace mama {
namespace {

// Over all tokens, before the last norm (mama.md, section 3).
class MeanPooling final : public ImagePooling
{
public:
    at::Tensor operator()(const ImageTower& /*tower*/, const at::Tensor& tokens) const override
    {
        return tokens.mean(1);
    }
};

// The first token, a transformer's class token, after the last norm.
class ClassPooling final : public ImagePooling
{
public:
    at::Tensor operator()(const ImageTower& tower, const at::Tensor& tokens) const override
    {
        return tower.norm(tokens.narrow(1, 0, 1)).squeeze(1);
    }
};

} // namespace

std::unique_ptr<ImagePooling> ImagePooling::make(const std::string& name)
{
    if (name == "mean-prenorm")
        return std::make_unique<MeanPooling>();
    if (name == "cls-norm")
        return std::make_unique<ClassPooling>();
    throw Error(ErrorCode::Unsupported, {action::loadModel}, "image.pooling",
                {TextId("model.none_mean_prenorm_cls_norm", "\"%1\" is none of mean-prenorm, cls-norm"), name});
}

} // namespace mama

#pragma once
#include "core/model/layers/linear.h"

#include <nlohmann/json_fwd.hpp>
#include <vector>

namespace mama {

// Convolutions in place of the patch embedding (Xiao et al. 2021, Early Convolutions Help Transformers See Better), for
// towers that are trained from random weights. Stages of stride 2, from the second on with a second convolution at the
// same size; each convolution is followed by BatchNorm and ReLU, the last stage by a linear layer to the tower's width.
// The striding kernels have 4 x 4 pixels and a padding of 1, so that every output is centred on its patch.
class ConvStem
{
public:
    // image: model.json's "image", whose "stem" has "channels", one number a stage; the patch is 2 to the power of the
    // number of stages. Error(Model) names a missing or misshapen tensor.
    ConvStem(const Parameters& parameters, const nlohmann::json& image, const std::string& prefix);

    // For inference from here on: BatchNorm folded into the convolutions, float32 or bfloat16.
    void pack(Precision precision);
    // images [N, 3, H, W] -> [N, width, H / patch, W / patch]. Training: BatchNorm over this batch.
    at::Tensor operator()(const at::Tensor& images, const ForwardMode& mode) const;

private:
    struct Layer
    {
        at::Tensor weight, bias; // no bias before pack()
        at::Tensor normWeight, normBias, mean, variance;
        std::int64_t stride = 1;
    };
    at::Tensor run(const Layer& layer, const at::Tensor& x, const ForwardMode& mode) const;

    std::vector<Layer> m_layers;
    at::Tensor m_projection, m_projectionBias;
    bool m_packed = false;
};

} // namespace mama

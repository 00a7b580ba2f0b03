#pragma once
#include "core/model/layers/batch_norm.h"

namespace mama {

// LocalEmbedding of the reference: per row Linear, BatchNorm, ReLU, Linear, BatchNorm without affine.
class LocalHead
{
public:
    // Under "<prefix>0", "1", "3", "4"; convolutions of kernel size 1 are taken as linear layers.
    LocalHead(const Parameters& parameters, const std::string& prefix, double eps);
    // BatchNorm folded into the layers, for inference from here on.
    void pack(Precision precision);
    // x [M, in] -> [M, embedding], not normalised. Training: statistics of these M rows (M > 1).
    at::Tensor operator()(const at::Tensor& x, const ForwardMode& mode = {}) const;

private:
    Linear folded(const Linear& layer, const at::Tensor& bias, const BatchNormTensors& norm) const;

    at::Tensor m_firstBias, m_secondBias;
    Linear m_first, m_second;
    BatchNormTensors m_firstNorm, m_secondNorm;
    double m_eps;
    bool m_packed = false;
};

} // namespace mama

#pragma once
#include "core/training/settings/placement.h"

#include <array>
#include <torch/types.h>

namespace mama {

// A Placement put into effect.
class Compute
{
public:
    // Error(Unsupported) says why a GPU that was asked for cannot be used.
    explicit Compute(const Placement& placement);

    torch::Device device() const { return m_device; }
    torch::ScalarType type() const
    {
        return m_precision == TrainingPrecision::Bf16True ? torch::kBFloat16 : torch::kFloat;
    } // of the model's tensors
    torch::Tensor put(const torch::Tensor& tensor) const { return tensor.to(m_device); }
    // What a loss is computed from: float32, or bfloat16 where everything is.
    torch::Tensor forLoss(const torch::Tensor& tensor) const { return tensor.defined() ? tensor.to(type()) : tensor; }
    // How the three channels of the model's input are normalised; the batches' one channel is as the first.
    void setChannels(const std::array<float, 3>& mean, const std::array<float, 3>& deviation);
    // values [N, height, width] -> [N, 3, height, width]
    torch::Tensor images(const std::vector<float>& values, std::int64_t n, int height, int width) const;

    // While it lives, matrix products of float32 tensors are made in bfloat16, if the precision is Mixed and gradients
    // are wanted: an evaluation computes in float32.
    class Products
    {
    public:
        explicit Products(const Compute& compute);
        ~Products();
        Products(const Products&) = delete;
        Products& operator=(const Products&) = delete;

    private:
        torch::DeviceType m_kind;
        bool m_on, m_before = false;
    };

private:
    torch::Device m_device;
    TrainingPrecision m_precision;
    std::array<float, 3> m_factor{1, 1, 1}, m_shift{0, 0, 0}; // from the first channel to each
};

} // namespace mama

#include "core/training/model/compute.h"

#include "core/model/kernels/cuda_plugin.h"

#include <ATen/autocast_mode.h>
#include <torch/torch.h>

namespace mama {

Compute::Compute(const Placement& placement)
    : m_device(cuda::deviceOf(cuda::chooseDevice(placement.device))),
      m_precision(m_device.is_cpu() ? onThisProcessor(placement.precision) : placement.precision)
{}

torch::Tensor Compute::images(const std::vector<float>& values, std::int64_t n, int height, int width) const
{
    const torch::Tensor grey =
        torch::from_blob(const_cast<float*>(values.data()), {n, 1, height, width}, torch::kFloat);
    const auto same = [](const std::array<float, 3>& each) { return each[1] == each[0] && each[2] == each[0]; };
    if (same(m_factor) && same(m_shift))
        return grey.to(m_device, type()).expand({n, 3, height, width}).contiguous();
    std::vector<torch::Tensor> channels;
    for (std::size_t i = 0; i < 3; ++i)
        channels.push_back(grey * m_factor[i] + m_shift[i]);
    return torch::cat(channels, 1).to(m_device, type());
}

void Compute::setChannels(const std::array<float, 3>& mean, const std::array<float, 3>& deviation)
{
    for (std::size_t i = 0; i < 3; ++i) {
        m_factor[i] = deviation[0] / deviation[i];
        m_shift[i] = (mean[0] - mean[i]) / deviation[i];
    }
}

Compute::Products::Products(const Compute& compute)
    : m_kind(compute.device().type()),
      m_on(compute.m_precision == TrainingPrecision::Mixed && torch::GradMode::is_enabled())
{
    if (!m_on)
        return;
    m_before = at::autocast::is_autocast_enabled(m_kind);
    at::autocast::set_autocast_dtype(m_kind, torch::kBFloat16);
    at::autocast::set_autocast_enabled(m_kind, true);
    at::autocast::increment_nesting();
}

Compute::Products::~Products()
{
    if (!m_on)
        return;
    if (at::autocast::decrement_nesting() == 0)
        at::autocast::clear_cache(); // bfloat16 copies of weights, which are about to change
    at::autocast::set_autocast_enabled(m_kind, m_before);
}

} // namespace mama

#include "core/training/model/adam_w.h"

#include <cmath>
#include <torch/torch.h>

namespace mama {

using torch::Tensor;

namespace {

bool isPlain(const Tensor& tensor)
{
    return tensor.device().is_cpu() && tensor.scalar_type() == torch::kFloat && tensor.is_contiguous();
}

} // namespace

AdamW::Options AdamW::Options::from(const OptimizerSettings& settings)
{
    Options own;
    own.beta1 = settings.beta1;
    own.beta2 = settings.beta2;
    own.weightDecay = settings.weightDecay;
    own.clip = settings.clip;
    own.matricesOnly = settings.decayMatricesOnly;
    return own;
}

AdamW::AdamW(const NamedTensors& trained, Options options) : m_trained(trained), m_options(std::move(options))
{
    const torch::NoGradGuard noGradients;
    for (const auto& [name, tensor] : trained) {
        m_first[name] = torch::zeros_like(tensor);
        m_second[name] = torch::zeros_like(tensor);
        m_count[name] = torch::zeros({1}, torch::kLong);
    }
}

GradientNorms AdamW::step(double lr)
{
    const torch::NoGradGuard noGradients;
    GradientNorms norms = gradientNorms(m_trained);
    const double scale = m_options.clip > 0 && norms.all > m_options.clip ? m_options.clip / norms.all : 1;
    for (const auto& [name, tensor] : m_trained) {
        if (!tensor.grad().defined())
            continue;
        const Tensor gradient = scale < 1 ? tensor.grad().mul_(scale) : tensor.grad();
        const double rate = lr * (m_options.factor ? m_options.factor(name) : 1);
        Tensor &first = m_first.at(name), &second = m_second.at(name);
        const auto count = static_cast<double>(++*m_count.at(name).data_ptr<std::int64_t>());
        Tensor value = tensor.detach();
        const double decay = decays(name, tensor) ? m_options.weightDecay : 0;
        if (isPlain(tensor) && isPlain(gradient)) { // one pass over the memory instead of ten
            Tensor counted = torch::full({}, count);
            torch::_fused_adamw_({value}, {gradient}, {first}, {second}, {}, {counted}, rate, m_options.beta1,
                                 m_options.beta2, decay, m_options.epsilon, false, false);
            continue;
        }
        value.mul_(1 - rate * decay);
        first.mul_(m_options.beta1).add_(gradient, 1 - m_options.beta1);
        second.mul_(m_options.beta2).addcmul_(gradient, gradient, 1 - m_options.beta2);
        const double firstCorrection = 1 - std::pow(m_options.beta1, count),
                     secondCorrection = std::sqrt(1 - std::pow(m_options.beta2, count));
        value.addcdiv_(first, (second.sqrt() / secondCorrection).add_(m_options.epsilon), -rate / firstCorrection);
    }
    clear();
    return norms;
}

bool AdamW::decays(const std::string& name, const Tensor& tensor) const
{
    return !m_options.matricesOnly || (tensor.dim() > 1 && name.ends_with("weight"));
}

void AdamW::clear()
{
    for (const auto& [name, tensor] : m_trained)
        tensor.mutable_grad() = Tensor();
}

NamedTensors AdamW::state() const
{
    NamedTensors all;
    for (const auto& [name, tensor] : m_first) {
        all["first." + name] = tensor;
        all["second." + name] = m_second.at(name);
        all["count." + name] = m_count.at(name);
    }
    return all;
}

} // namespace mama

#pragma once
#include "core/training/model/gradient_norm.h"
#include "core/training/model/trainable_model.h"
#include "core/training/settings/optimizer_settings.h"

#include <functional>

namespace mama {

// torch.optim.AdamW over named tensors. A tensor without a gradient is left alone: no decay, and its step count (for
// the bias correction) starts with its first gradient.
class AdamW
{
public:
    struct Options
    {
        double beta1 = 0.9, beta2 = 0.999, epsilon = 1e-8, weightDecay = 0.1;
        double clip = 0;                                       // gradients are scaled to at most this norm; 0: not
        std::function<double(const std::string& name)> factor; // of the rate; empty: 1 everywhere
        bool matricesOnly = false; // decays weights of two and more dimensions: no bias, norm, token, position or scale
        static Options from(const OptimizerSettings& settings); // its factors of the rate are the task's to set
    };
    AdamW(const NamedTensors& trained, Options options);

    // Steps, and clears the gradients; their norms before clipping. NotFinite names the first tensor whose gradient is
    // not finite; nothing has been changed then.
    GradientNorms step(double lr);

    // Moments and step counts by name, to be written and read back in place.
    NamedTensors state() const;

private:
    void clear(); // forgets the gradients
    bool decays(const std::string& name, const at::Tensor& tensor) const;

    NamedTensors m_trained, m_first, m_second, m_count;
    Options m_options;
};

} // namespace mama

#pragma once
#include "core/training/settings/settings.h"

namespace mama {

// The settings under "optimizer", for every task: AdamW's, or those of SGD with momentum.
struct OptimizerSettings
{
    double beta1 = 0.9, beta2 = 0.999; // decays of AdamW's moments; beta1 is SGD's momentum
    double weightDecay = 0.1;
    bool decayMatricesOnly = false;
    double clip = 0;                        // gradients are scaled to at most this norm; 0: not
    double towerFactor = 1, textFactor = 1; // rates of the image tower and the language model against the others'

    static OptimizerSettings from(const Settings& settings);
};

} // namespace mama

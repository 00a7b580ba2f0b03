#include "core/training/settings/optimizer_settings.h"

namespace mama {

OptimizerSettings OptimizerSettings::from(const Settings& settings)
{
    OptimizerSettings own;
    own.beta1 = settings.number("optimizer.beta1");
    own.beta2 = settings.number("optimizer.beta2");
    own.weightDecay = settings.number("optimizer.weight_decay");
    own.decayMatricesOnly = settings.is({"optimizer.decay", "matrices"});
    own.clip = settings.number("optimizer.clip");
    own.towerFactor = settings.number("optimizer.tower_factor");
    own.textFactor = settings.number("optimizer.text_factor");
    return own;
}

} // namespace mama

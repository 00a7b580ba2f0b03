#pragma once
#include <cstdint>
#include <nlohmann/json_fwd.hpp>

namespace mama {

// Learning rate by optimiser step: a straight warm-up from the lowest to the highest rate, then half a cosine
// down; after the last step of a cycle it starts again at the lowest, with an undiminished peak.
// Source: CosineAnnealingWarmupRestarts with the reference's settings.
struct Schedule
{
    double maxLr = 4e-5;
    double minLr = 1e-8;
    std::int64_t warmUpSteps = 4000;
    std::int64_t steps = 40000; // of one cycle, warm-up included

    static Schedule pretraining() { return {}; }
    static Schedule probe() { return {5e-4, 1e-5, 100, 8000}; } // also of fine-tuning

    // Rate used by optimiser step `step`, 0 the first.
    double rate(std::int64_t step) const;

    // Keys max_lr, min_lr, warm_up_steps, steps, at the top or under "schedule" (which wins); "task": "probe" or
    // "finetune" changes the defaults. Also taken: lr or learning_rate for max_lr; warm_up or warmup_steps for
    // warm_up_steps; max_steps or total_steps for steps. Error(Format) names the key that is wrong.
    static Schedule fromJson(const nlohmann::json& config);
    nlohmann::json toJson() const;
};

} // namespace mama

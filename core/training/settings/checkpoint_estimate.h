#pragma once
#include "core/training/settings/settings.h"

#include <nlohmann/json_fwd.hpp>

namespace mama {

// What a run's checkpoints will take of the disk, in bytes, before it is started. Weights in the type that the run
// keeps them in, moments of what is trained (two values with AdamW, one with SGD). The tokenizer (under 5 MB, once) and
// a few kilobytes of JSON a checkpoint are not counted.
struct CheckpointEstimate
{
    double shared =
        0; // once a run: what it leaves as it is (shared_files.h); without hard links again in each checkpoint
    double each = 0; // once a checkpoint
    double total(std::int64_t checkpoints) const { return shared + static_cast<double>(checkpoints) * each; }
};

// `description`: model.json of the model that the run starts from. Error(Model) if it describes none.
CheckpointEstimate estimateCheckpoints(const Settings& settings, const nlohmann::json& description);

} // namespace mama

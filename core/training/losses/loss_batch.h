#pragma once
#include "core/training/losses/loss_options.h"

#include <filesystem>
#include <nlohmann/json_fwd.hpp>
#include <optional>

namespace mama {

struct LossBatchOptions
{
    LossOptions loss;
    std::optional<std::int64_t> step; // empty: late
    bool float32 = false;             // compute in float32 instead of float64
};

// Losses of a file of embeddings (safetensors, or a PyTorch zip file) with the tensors v, v2, t [N, D], simclr1,
// simclr2 [N, D'], patches [N, P, D''], sentences [total, D''], sentence_counts [N], logit_scale, local_scale
// [1]. v, t and logit_scale must be there; terms whose tensors are missing are left out.
// Gives every term by name, total_before_late_loss, total_after_late_loss, the paper's totals, and `total` at
// the chosen schedule and step. gradients: a safetensors file to write, with grad_after_NAME and
// grad_before_NAME (of total_after_late_loss and total_before_late_loss, by every tensor that has one), and the
// local scores [captions, images]. Error(Format) or Error(Data) names the tensor.
nlohmann::json lossesOfFile(const std::filesystem::path& batch, const LossBatchOptions& options,
                            const std::filesystem::path& gradients = {});

} // namespace mama

#pragma once
#include "core/training/settings/settings.h"

#include <nlohmann/json_fwd.hpp>

namespace mama {

// What a run will take of memory at its highest, in bytes, before it is started: an estimate for a warning, rather
// above the truth than below it (what it was held against stands in the source). Pages of prepared images that the
// system can take back are not counted.
//   weights      4 B a parameter of the whole model, whatever the type in its file
//   gradients    4 B a parameter that is trained
//   moments      8 B a parameter that is trained (AdamW), 4 B with SGD (fine-tuning, probe)
//   activations  what the backward pass needs of one micro-batch; accumulation adds none. A transformer layer keeps
//                tokens * (8 width + 2 hidden) values, 10 width with layer scale: inputs and outputs of both norms,
//                query, key and value, the attention's output, the MLP before and after its activation; 4 B each, in
//                mixed precision 2 B but for the norms' inputs. The attention's table is not kept. A convolutional stem
//                keeps two maps a convolution. Of a frozen image tower one layer. On top come the gradients of the
//                layer at work.
//   batches      4 B * side^2 * images: grey ahead, three channels at work; and what a fixed text tower said of
//                captions
//   program      LibTorch itself, the packed matrices of what is multiplied with gradients (both directions) and of
//                a fixed text tower, and what a text tower with gradients takes beside its layers
struct MemoryEstimate
{
    double weights = 0, gradients = 0, moments = 0, activations = 0, batches = 0, program = 0;
    double total() const { return weights + gradients + moments + activations + batches + program; }
};

// `description`: model.json of the model that the run starts from. Error(Model) if it describes no image tower.
MemoryEstimate estimateMemory(const Settings& settings, const nlohmann::json& description);

} // namespace mama

#pragma once
#include <string>

// What a model's tensors are called in this library, whatever their file calls them: MaMA's own names. Other models'
// towers and heads go under the same.
namespace mama::names {

inline const std::string imageEncoder = "img_encoder_q."; // the tower and its heads
inline const std::string textEncoder = "text_encoder_q.";
// In front of the tower's own tensors, which keep their family's published names.
inline const std::string imageTower = imageEncoder + "model.";
inline const std::string textTower = textEncoder + "model.";
// Linear layers to the common embedding; a linear probe's last layer is the image's.
inline const std::string imageGlobal = imageEncoder + "global_embed";
inline const std::string textGlobal = textEncoder + "global_embed";
// In front of the layers 0 (linear), 1 (BatchNorm), 3 and 4 of a local head.
inline const std::string imageLocal = imageEncoder + "local_embed.head.";
inline const std::string textLocal = textEncoder + "local_embed.head.";
inline const std::string simclr = "simclr_proj.layers."; // the same four layers
// Logarithms of the factors that similarities are multiplied by.
inline const std::string logitScale = "logit_scale";
inline const std::string localScale = "local_scale";
// Added to the multiplied similarities; SigLIP's.
inline const std::string logitBias = "logit_bias";

} // namespace mama::names

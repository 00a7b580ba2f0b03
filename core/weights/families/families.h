#pragma once
#include "core/weights/families/family.h"

namespace mama::weights {

// Every family that this library knows, in the order in which they are asked whether a file is theirs. A new one is a
// file in this folder, a line in families.cpp, and a tower in core/model/towers.
const std::vector<const ImageFamily*>& imageFamilies();
const std::vector<const TextFamily*>& textFamilies();
const std::vector<const Composition*>& compositions();

// By "family" of a section of model.json; Error(Unsupported) names one that is not known. An image tower that does not
// say is DINOv2's, as all were when model.json was made.
const ImageFamily& imageFamily(const nlohmann::json& image);
const TextFamily& textFamily(const nlohmann::json& text);

// Each in its own file.
const ImageFamily& dinov2();
const ImageFamily& efficientNet();
const ImageFamily& vit();
const TextFamily& gpt2();
const TextFamily& bert();
const TextFamily& llama();
const TextFamily& modernBert();
const TextFamily& clipText();
const Composition& mamaComposition();
const Composition& mammoClipComposition();
const Composition& openClipComposition();
const Composition& huggingFaceClipComposition();
const Composition& cleftComposition();
const Composition& glamComposition();

} // namespace mama::weights

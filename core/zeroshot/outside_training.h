#pragma once
#include "core/base/user_text.h"

#include <vector>

namespace mama {

struct ImageHeader;
struct ModelInfo;

// In what an image differs from all that the model was trained on, as far as the model's card (`trained_on`) and the
// image's header tell: a patient's image on a model of synthetic ones alone, another modality than mammography, a
// secondary capture such as a scanned film. A value on such an image was never checked by anybody.
std::vector<UserText> outsideTraining(const ModelInfo& model, const ImageHeader& image);

} // namespace mama

#pragma once
#include "core/model/network.h"
#include "core/text/captions/caption_tokens.h"

#include <string>
#include <vector>

namespace mama {

// What a text tower makes of texts before any head.
struct TextFeatures
{
    at::Tensor whole;     // [texts, width], pooled as the description says
    at::Tensor sentences; // [sentences of all texts, width], the states at the separators
};
TextFeatures textFeatures(const TextTower& tower, const CaptionTokenizer& captions, const std::string& pooling,
                          const std::vector<std::string>& texts);

// x -> weight * x + bias: the principal directions of the rows of `features`, centred and brought to nearly equal
// variance (three tenths of the largest are added to each). weight [dims, width], bias [dims].
struct Projection
{
    at::Tensor weight, bias;
};
Projection whitening(const at::Tensor& features, std::int64_t dims);

} // namespace mama

#pragma once
#include "core/model/towers/text_tower.h"
#include "core/text/tokenizer/tokenizer.h"

#include <string>
#include <vector>

namespace mama {

// Sentences in a language model's own space: what it knew of words before adapters and heads were trained on captions,
// which turn every sentence towards findings. Made of the same tensors as the model's tower, unpacked: float32.
class OwnText
{
public:
    // parameters: of the whole model; text: model.json's "text". Error(Model) as TextTower::make().
    OwnText(const Parameters& parameters, const nlohmann::json& text, std::shared_ptr<const Tokenizer> tokenizer);

    // [M, width]: the mean of the hidden states over the real tokens, L2-normalised; zeros where the tokenizer makes
    // nothing of a text. Cut at the model's length, at most 256 tokens. Empty: cancelled.
    Cancellable<std::vector<float>> encode(const std::vector<std::string>& texts, at::Device device,
                                           const Job& job) const;

private:
    std::shared_ptr<const Tokenizer> m_tokenizer;
    std::unique_ptr<TextTower> m_tower;
};

} // namespace mama

#include "core/training/model/text_projection.h"

#include "core/base/error.h"
#include "core/training/settings/training_actions.h"

#include <torch/torch.h>

namespace mama {

TextFeatures textFeatures(const TextTower& tower, const CaptionTokenizer& captions, const std::string& pooling,
                          const std::vector<std::string>& texts)
{
    const torch::NoGradGuard noGradients;
    std::vector<at::Tensor> whole, sentences;
    for (const std::string& text : texts) {
        const Tokens tokens = encodeCaption(*captions.tokenizer, captions.rules, text, false);
        const std::vector<std::int64_t> ids(tokens.ids.begin(), tokens.ids.end());
        if (ids.empty() || tokens.separators.empty())
            throw Error(ErrorCode::Data, {action::makeStartModel}, text, {TextId("start.no_sentence", "no sentence")});
        const at::Tensor row = torch::tensor(ids, torch::kLong).unsqueeze(0);
        const at::Tensor hidden = tower.hidden({row, torch::ones_like(row).to(torch::kBool), {}}).squeeze(0);
        whole.push_back(pooling == "cls" ? hidden[0] : hidden.mean(0));
        for (const std::int32_t place : tokens.separators)
            sentences.push_back(hidden[place]);
    }
    return {torch::stack(whole), torch::stack(sentences)};
}

Projection whitening(const at::Tensor& features, std::int64_t dims)
{
    constexpr double floor = 0.3;
    const torch::NoGradGuard noGradients;
    if (features.size(1) < dims)
        throw Error(ErrorCode::Model, {action::makeStartModel}, "heads.embedding",
                    {TextId("start.too_wide", "is wider than the language model")});
    const at::Tensor x = features.to(torch::kDouble), mean = x.mean(0), centred = x - mean;
    const at::Tensor covariance = torch::mm(centred.t(), centred) / static_cast<double>(x.size(0));
    const auto [values, vectors] = torch::linalg_eigh(covariance, "L"); // rising
    const at::Tensor largest = values.narrow(0, values.size(0) - dims, dims).clamp_min(0).flip(0);
    const at::Tensor directions = vectors.narrow(1, vectors.size(1) - dims, dims).flip(1).t();
    const at::Tensor weight = directions * torch::rsqrt(largest + floor * largest[0] + 1e-12).unsqueeze(1);
    return {weight.to(torch::kFloat).contiguous(), (-torch::mv(weight, mean)).to(torch::kFloat).contiguous()};
}

} // namespace mama

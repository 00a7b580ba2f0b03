#pragma once
#include "core/model/towers/text_tower.h"

#include <string>

// What the families of language models share.
namespace mama::text {

struct Sizes
{
    std::int64_t width = 0, depth = 0, heads = 0, keyHeads = 0, vocabulary = 0, positions = 0;
    double normEps = 1e-5;
    std::string activation = "gelu";
};
Sizes sizesOf(const nlohmann::json& text);

// exact GELU ("gelu"), tanh GELU ("gelu_new", "gelu_pytorch_tanh"), OpenAI's "quick_gelu", "silu", "relu".
// Error(Unsupported) otherwise.
at::Tensor activate(const at::Tensor& x, const std::string& activation);
void checkActivation(const std::string& activation);

// bool [N, 1, T, before + T]: which keys a query sees. Causal or not; padding is no key; the prefix is.
at::Tensor visible(const at::Tensor& mask, bool causal, std::int64_t before);

// x [N, T, heads * D] -> [N, heads, T, D]
at::Tensor splitHeads(const at::Tensor& x, std::int64_t heads);

struct Attention
{
    at::Tensor queries, keys, values; // [N, heads, T, D]; fewer key heads are repeated
    at::Tensor visible;
    double scale = 1;
    double dropout = 0;
};
// [N, T, heads * D]. Puts the prefix in front of keys and values, and records them.
at::Tensor attend(Attention attention, std::size_t layer, const PrefixCache* before, PrefixCache* record);

at::Tensor dropped(const at::Tensor& x, const ForwardMode& mode);

// Error(Data) if an id is outside the vocabulary or the text longer than the model's positions.
void checkBatch(const TextBatch& batch, const Sizes& sizes, std::int64_t before);

std::unique_ptr<TextTower> makeGpt2(const Parameters& parameters, const nlohmann::json& text,
                                    const std::string& prefix);
std::unique_ptr<TextTower> makeBert(const Parameters& parameters, const nlohmann::json& text,
                                    const std::string& prefix);
std::unique_ptr<TextTower> makeLlama(const Parameters& parameters, const nlohmann::json& text,
                                     const std::string& prefix);

std::unique_ptr<TextTower> makeModernBert(const Parameters& parameters, const nlohmann::json& text,
                                          const std::string& prefix);
std::unique_ptr<TextTower> makeClipText(const Parameters& parameters, const nlohmann::json& text,
                                        const std::string& prefix);

} // namespace mama::text

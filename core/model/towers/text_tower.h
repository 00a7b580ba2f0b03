#pragma once
#include "core/base/progress.h"
#include "core/model/layers/linear.h"

#include <memory>
#include <nlohmann/json_fwd.hpp>
#include <vector>

namespace mama {

// Keys and values of a prefix that several texts share, one entry a layer, [1, heads, prefix, D] each.
struct PrefixCache
{
    std::vector<std::pair<at::Tensor, at::Tensor>> layers;
    std::int64_t length() const { return layers.empty() ? 0 : layers.front().first.size(2); }
};

struct TextBatch // on the model's device
{
    at::Tensor ids;        // int64 [N, T], right padded
    at::Tensor mask;       // bool [N, T], true = real token; padding is no key, but has a hidden state of its own
    at::Tensor types;      // int64 [N, T], segments of BERT pairs; undefined: all 0
    bool realOnly = false; // nobody reads the states of padding: a tower may leave them 0 instead of computing them
};

// A language model without its head: hidden states at every position. Weights under names::textTower.
class TextTower
{
public:
    // text: model.json's "text". Error(Unsupported) names a family that has no tower here, Error(Model) a missing or
    // misshapen tensor.
    static std::unique_ptr<TextTower> make(const Parameters& parameters, const nlohmann::json& text);
    virtual ~TextTower() = default;

    virtual std::int64_t width() const = 0;
    virtual std::int64_t longest() const = 0; // positions
    virtual std::int64_t vocabulary() const = 0;
    virtual bool causal() const = 0;
    virtual void pack(Precision precision) = 0; // for inference from here on

    // [N, T, width] after the last norm (ModernBERT: before it, as its reference reads it). before: the texts go on
    // after this prefix (causal models only). record: filled with keys and values of this batch's first text. Undefined
    // if cancelled.
    virtual at::Tensor hidden(const TextBatch& batch, const ForwardMode& mode = {}, const Job& job = {},
                              const PrefixCache* before = nullptr, PrefixCache* record = nullptr) const = 0;
};

} // namespace mama

#include "core/model/towers/text_parts.h"

#include "core/base/error.h"
#include "core/base/error_actions.h"

#include <ATen/ATen.h>
#include <nlohmann/json.hpp>

namespace mama::text {

Sizes sizesOf(const nlohmann::json& section)
{
    Sizes s;
    s.width = section.at("width");
    s.depth = section.at("depth");
    s.heads = section.at("heads");
    s.keyHeads = section.contains("kv_heads") && section["kv_heads"].is_number()
                     ? section["kv_heads"].get<std::int64_t>()
                     : s.heads;
    s.vocabulary = section.at("vocabulary");
    s.positions = section.value("positions", std::int64_t{0});
    s.normEps = section.value("norm_eps", 1e-5);
    s.activation = section.value("activation", std::string("gelu"));
    if (s.heads < 1 || s.keyHeads < 1 || s.width % s.heads != 0 || s.heads % s.keyHeads != 0)
        throw Error(ErrorCode::Model, {action::loadModel}, "text",
                    {TextId("model.width_heads_key_heads_do", "width %1, heads %2 and key heads %3 do not fit"),
                     s.width, s.heads, s.keyHeads});
    checkActivation(s.activation);
    return s;
}

void checkActivation(const std::string& activation)
{
    for (const char* known : {"gelu", "gelu_new", "gelu_pytorch_tanh", "quick_gelu", "silu", "relu"})
        if (activation == known)
            return;
    throw Error(ErrorCode::Unsupported, {action::loadModel}, "text.activation",
                {TextId("model.none_gelu_gelu_new_gelu",
                        "\"%1\" is none of gelu, gelu_new, gelu_pytorch_tanh, quick_gelu, silu, relu"),
                 activation});
}

at::Tensor activate(const at::Tensor& x, const std::string& activation)
{
    if (activation == "gelu")
        return at::gelu(x);
    if (activation == "silu")
        return at::silu(x);
    if (activation == "quick_gelu")
        return x * at::sigmoid(1.702 * x);
    return activation == "relu" ? at::relu(x) : at::gelu(x, "tanh");
}

at::Tensor visible(const at::Tensor& mask, bool causal, std::int64_t before)
{
    const std::int64_t n = mask.size(0), length = mask.size(1);
    at::Tensor keys = mask.view({n, 1, 1, length});
    if (before > 0)
        keys = at::cat({at::ones({n, 1, 1, before}, mask.options()), keys}, 3);
    if (!causal)
        return keys;
    return keys.logical_and(at::ones({length, before + length}, mask.options()).tril(before));
}

at::Tensor splitHeads(const at::Tensor& x, std::int64_t heads)
{
    return x.view({x.size(0), x.size(1), heads, x.size(2) / heads}).transpose(1, 2);
}

at::Tensor attend(Attention a, std::size_t layer, const PrefixCache* before, PrefixCache* record)
{
    if (before) {
        const auto& [keys, values] = before->layers[layer];
        const std::int64_t n = a.keys.size(0);
        a.keys = at::cat({keys.expand({n, -1, -1, -1}), a.keys}, 2);
        a.values = at::cat({values.expand({n, -1, -1, -1}), a.values}, 2);
    }
    if (record)
        record->layers.emplace_back(a.keys.narrow(0, 0, 1), a.values.narrow(0, 0, 1));
    const std::int64_t groups = a.queries.size(1) / a.keys.size(1);
    if (groups > 1) {
        a.keys = a.keys.repeat_interleave(groups, 1);
        a.values = a.values.repeat_interleave(groups, 1);
    }
    const at::Tensor mixed =
        at::scaled_dot_product_attention(a.queries, a.keys, a.values, a.visible, a.dropout, false, a.scale);
    return mixed.transpose(1, 2).reshape({mixed.size(0), mixed.size(2), mixed.size(1) * mixed.size(3)});
}

at::Tensor dropped(const at::Tensor& x, const ForwardMode& mode)
{
    return mode.training && mode.dropout > 0 ? at::dropout(x, mode.dropout, true) : x;
}

void checkBatch(const TextBatch& batch, const Sizes& sizes, std::int64_t before)
{
    if (batch.ids.numel() == 0)
        throw Error(ErrorCode::Data, {action::encodeText}, "", {TextId("model.no_tokens", "no tokens")});
    if (sizes.positions > 0 && batch.ids.size(1) + before > sizes.positions)
        throw Error(ErrorCode::Data, {action::encodeText}, "",
                    {TextId("model.tokens_model_has_positions", "%1 tokens, the model has %2 positions"),
                     batch.ids.size(1) + before, sizes.positions});
    if (batch.ids.min().item<std::int64_t>() < 0 || batch.ids.max().item<std::int64_t>() >= sizes.vocabulary)
        throw Error(
            ErrorCode::Data, {action::encodeText}, "",
            {TextId("model.token_outside_model_s_vocabulary",
                    "a token is outside the model's vocabulary of %1: the tokenizer does not belong to this model"),
             sizes.vocabulary});
}

} // namespace mama::text

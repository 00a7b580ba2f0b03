#include "core/weights/import_weights.h"

#include "core/base/error.h"
#include "core/weights/key_names.h"

#include <nlohmann/json.hpp>

// Shapes: mama.md, sections 2 and 11.
namespace mama {
namespace {

using nlohmann::json;
using Shape = std::vector<std::int64_t>;

class Lister
{
public:
    void add(const std::string& name, Shape shape, bool optional = false)
    {
        m_list.push_back({m_prefix + name, std::move(shape), optional, false});
    }
    void linear(const std::string& name, std::int64_t in, std::int64_t out, bool bias = true)
    {
        add(name + ".weight", {out, in});
        if (bias)
            add(name + ".bias", {out});
        lora(name, in, out);
    }
    void conv1d(const std::string& name, std::int64_t in, std::int64_t out)
    {
        add(name + ".weight", {in, out});
        add(name + ".bias", {out});
        lora(name, in, out);
    }
    void norm(const std::string& name, std::int64_t width, bool bias = true)
    {
        add(name + ".weight", {width});
        if (bias)
            add(name + ".bias", {width});
    }
    void batchNorm(const std::string& name, std::int64_t width, bool affine)
    {
        if (affine)
            norm(name, width);
        add(name + ".running_mean", {width});
        add(name + ".running_var", {width});
        add(name + ".num_batches_tracked", {}, true);
        m_list.back().integer = true;
    }
    void begin(std::string prefix, const json& tower)
    {
        m_prefix = std::move(prefix);
        m_rank = tower.is_object() && tower.contains("lora") && tower["lora"].is_object()
                     ? tower["lora"].value("r", std::int64_t{0})
                     : 0;
    }
    std::vector<ExpectedTensor> take() { return std::move(m_list); }

private:
    void lora(const std::string& name, std::int64_t in, std::int64_t out)
    {
        if (m_rank == 0)
            return;
        add(name + ".lora_A.weight", {m_rank, in}, true);
        add(name + ".lora_B.weight", {out, m_rank}, true);
    }

    std::string m_prefix;
    std::int64_t m_rank = 0;
    std::vector<ExpectedTensor> m_list;
};

// Sizes are bounded here, so that no product of two of them can overflow.
std::int64_t number(const json& object, const char* key)
{
    constexpr std::int64_t largest = std::int64_t{1} << 30;
    const auto value = object.at(key).get<std::int64_t>();
    if (value < 0 || value > largest)
        throw Error(ErrorCode::Model, "read model", key, std::to_string(value) + " is no possible size");
    return value;
}

std::int64_t depthOf(const json& tower)
{
    constexpr std::int64_t deepest = 1000;
    const auto depth = number(tower, "depth");
    if (depth > deepest)
        throw Error(ErrorCode::Model, "read model", "depth",
                    std::to_string(depth) + " layers are more than " + std::to_string(deepest));
    return depth;
}

// Stages of stride 2 in place of the patch embedding; see ConvStem.
void listStem(Lister& list, const json& image, std::int64_t width)
{
    const auto channels = image["stem"].at("channels").get<Shape>();
    std::int64_t before = 3;
    for (std::size_t i = 0; i < channels.size(); ++i) {
        const std::int64_t out = channels[i];
        if (out < 1 || out > 100'000)
            throw Error(ErrorCode::Model, "read model", "stem",
                        std::to_string(out) + " is no possible number of channels");
        const std::string stage = "patch_embed.stem." + std::to_string(i) + ".";
        list.add(stage + "down.weight", {out, before, 4, 4});
        list.batchNorm(stage + "down_norm", out, true);
        if (i > 0) {
            list.add(stage + "same.weight", {out, out, 3, 3});
            list.batchNorm(stage + "same_norm", out, true);
        }
        before = out;
    }
    list.add("patch_embed.proj.weight", {width, before, 1, 1});
}

void listImage(Lister& list, const json& image)
{
    const auto width = number(image, "width"), patch = number(image, "patch"), hidden = number(image, "mlp_hidden"),
               registers = number(image, "registers");
    const auto grid = image.at("native_grid").get<Shape>();
    list.begin(weights::imagePrefix, image);
    list.add("cls_token", {1, 1, width});
    for (const std::int64_t side : grid)
        if (side < 0 || side > 100'000)
            throw Error(ErrorCode::Model, "read model", "native_grid", std::to_string(side) + " is no possible size");
    list.add("pos_embed", {1, 1 + grid.at(0) * grid.at(1), width});
    list.add("mask_token", {1, width}, true);
    if (registers > 0)
        list.add("register_tokens", {1, registers, width});
    if (image.contains("stem"))
        listStem(list, image, width);
    else
        list.add("patch_embed.proj.weight", {width, 3, patch, patch});
    list.add("patch_embed.proj.bias", {width});
    for (std::int64_t i = 0; i < depthOf(image); ++i) {
        const std::string block = "blocks." + std::to_string(i) + ".";
        list.norm(block + "norm1", width);
        list.norm(block + "norm2", width);
        list.linear(block + "attn.qkv", width, 3 * width);
        list.linear(block + "attn.proj", width, width);
        if (image.at("layer_scale").get<bool>()) {
            list.add(block + "ls1.gamma", {width});
            list.add(block + "ls2.gamma", {width});
        }
        if (image.at("ffn") == "swiglu") {
            list.linear(block + "mlp.w12", width, 2 * hidden);
            list.linear(block + "mlp.w3", hidden, width);
        } else {
            list.linear(block + "mlp.fc1", width, hidden);
            list.linear(block + "mlp.fc2", hidden, width);
        }
    }
    list.norm("norm", width);
}

void listGpt2(Lister& list, const json& text)
{
    const auto width = number(text, "width"), hidden = number(text, "mlp_hidden");
    list.add("wte.weight", {number(text, "vocabulary"), width});
    list.add("wpe.weight", {number(text, "positions"), width});
    for (std::int64_t i = 0; i < depthOf(text); ++i) {
        const std::string block = "h." + std::to_string(i) + ".";
        list.norm(block + "ln_1", width);
        list.norm(block + "ln_2", width);
        list.conv1d(block + "attn.c_attn", width, 3 * width);
        list.conv1d(block + "attn.c_proj", width, width);
        list.conv1d(block + "mlp.c_fc", width, hidden);
        list.conv1d(block + "mlp.c_proj", hidden, width);
    }
    list.norm("ln_f", width);
}

void listBert(Lister& list, const json& text)
{
    const auto width = number(text, "width"), hidden = number(text, "mlp_hidden");
    list.add("embeddings.word_embeddings.weight", {number(text, "vocabulary"), width});
    list.add("embeddings.position_embeddings.weight", {number(text, "positions"), width});
    list.add("embeddings.token_type_embeddings.weight", {number(text, "token_types"), width});
    list.norm("embeddings.LayerNorm", width);
    for (std::int64_t i = 0; i < depthOf(text); ++i) {
        const std::string layer = "encoder.layer." + std::to_string(i) + ".";
        for (const char* part : {"query", "key", "value"})
            list.linear(layer + "attention.self." + part, width, width);
        list.linear(layer + "attention.output.dense", width, width);
        list.norm(layer + "attention.output.LayerNorm", width);
        list.linear(layer + "intermediate.dense", width, hidden);
        list.linear(layer + "output.dense", hidden, width);
        list.norm(layer + "output.LayerNorm", width);
    }
    list.add("pooler.dense.weight", {width, width}, true);
    list.add("pooler.dense.bias", {width}, true);
}

void listLlama(Lister& list, const json& text)
{
    const auto width = number(text, "width"), hidden = number(text, "mlp_hidden"), headDim = number(text, "head_dim");
    const auto queries = number(text, "heads") * headDim, keys = number(text, "kv_heads") * headDim;
    list.add("embed_tokens.weight", {number(text, "vocabulary"), width});
    for (std::int64_t i = 0; i < depthOf(text); ++i) {
        const std::string layer = "layers." + std::to_string(i) + ".";
        list.norm(layer + "input_layernorm", width, false);
        list.norm(layer + "post_attention_layernorm", width, false);
        list.linear(layer + "self_attn.q_proj", width, queries, false);
        list.linear(layer + "self_attn.k_proj", width, keys, false);
        list.linear(layer + "self_attn.v_proj", width, keys, false);
        list.linear(layer + "self_attn.o_proj", queries, width, false);
        list.linear(layer + "mlp.gate_proj", width, hidden, false);
        list.linear(layer + "mlp.up_proj", width, hidden, false);
        list.linear(layer + "mlp.down_proj", hidden, width, false);
    }
    list.norm("norm", width, false);
}

void listLocal(Lister& list, const std::string& prefix, std::int64_t width, std::int64_t hidden, std::int64_t embedding)
{
    list.begin(prefix + "local_embed.head.", nullptr);
    list.add("0.weight", {hidden, width, 1});
    list.add("0.bias", {hidden});
    list.batchNorm("1", hidden, true);
    list.add("3.weight", {embedding, hidden, 1});
    list.add("3.bias", {embedding});
    list.batchNorm("4", embedding, false);
}

void listHeads(Lister& list, const json& description)
{
    const json &heads = description.at("heads"), &image = description.at("image"), &text = description.at("text");
    const auto embedding = number(heads, "embedding");
    const bool local = heads.at("local").get<bool>();
    const bool classes = heads.contains("classes") && heads["classes"].is_array();
    list.begin("", nullptr);
    list.linear("img_encoder_q.global_embed", number(image, "width"),
                classes ? static_cast<std::int64_t>(heads["classes"].size()) : embedding);
    list.add("logit_scale", {}, classes);
    list.add("local_scale", {}, classes || !local);
    if (heads.at("simclr").get<bool>()) {
        const auto hidden = heads.value("simclr_hidden", number(image, "width")),
                   out = heads.value("simclr_out", embedding);
        list.linear("simclr_proj.layers.0", number(image, "width"), hidden, false);
        list.batchNorm("simclr_proj.layers.1", hidden, true);
        list.linear("simclr_proj.layers.3", hidden, out, false);
        list.batchNorm("simclr_proj.layers.4", out, true);
    }
    if (local)
        listLocal(list, "img_encoder_q.", number(image, "width"), number(heads, "local_hidden"), embedding);
    if (!text.is_object())
        return;
    list.begin("", nullptr);
    list.linear("text_encoder_q.global_embed", number(text, "width"), embedding);
    if (local)
        listLocal(list, "text_encoder_q.", number(text, "width"),
                  heads.value("text_local_hidden", number(heads, "local_hidden")), embedding);
}

} // namespace

std::vector<ExpectedTensor> expectedTensors(const json& description)
{
    Lister list;
    const json image = description.value("image", json()), text = description.value("text", json());
    if (image.is_object())
        listImage(list, image);
    if (text.is_object()) {
        list.begin(weights::textPrefix, text);
        if (text.at("family") == "gpt2")
            listGpt2(list, text);
        else if (text.at("family") == "bert")
            listBert(list, text);
        else
            listLlama(list, text);
    }
    if (description.contains("heads") && description["heads"].is_object() && image.is_object())
        listHeads(list, description);
    return list.take();
}

} // namespace mama

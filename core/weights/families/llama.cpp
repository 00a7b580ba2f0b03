#include "core/weights/families/families.h"

#include <algorithm>

// Names: mama.md, section 11.
namespace mama::weights {
namespace {

using nlohmann::json;

MappedName rename(std::string name)
{
    dropPrefix(name, "model.");
    if (name.starts_with("lm_head."))
        return unused("language head");
    if (name.ends_with("rotary_emb.inv_freq"))
        return unused("rotary table, which is computed");
    return used(name);
}

// Llama 2 and 3, Meditron.
class Llama final : public TextFamily
{
public:
    std::string name() const override { return "llama"; }
    std::string title() const override { return "Llama"; }
    const std::vector<Spelling>& spellings() const override
    {
        static const std::vector<Spelling> all{{{"embed_tokens.weight", ".self_attn.q_proj."}, rename}};
        return all;
    }
    AdapterRules adapters() const override { return {{"q_proj", "v_proj"}, false}; }
    std::string wrapper() const override { return "model."; }
    std::string tokenTable() const override { return "embed_tokens"; }
    json captionTokens(const TowerReader& tower) const override;
    json describe(TowerReader& tower) const override;
    void list(TensorList& list, const json& text) const override;
};

json Llama::captionTokens(const TowerReader& tower) const
{
    if (!tower.joined())
        return {{"separator", ""}, {"start", ""}, {"end", ""}, {"pad", ""}, {"added_tokens", json::array()}};
    const json* type = tower.setting("llm_type");
    const bool third = type && *type == "llama3";
    const std::string separator = third ? "<|separate_of_text|>" : type && *type == "llama" ? "" : "<sep>";
    return {{"separator", separator},
            {"start", third ? "<|begin_of_text|>" : "<s>"},
            {"end", third ? "<|end_of_text|>" : "</s>"},
            {"pad", third ? "<|end_of_text|>" : "</s>"},
            {"added_tokens", separator.empty() ? json::array() : json::array({separator})}};
}

json Llama::describe(TowerReader& tower) const
{
    const std::int64_t queries = tower.size("layers.0.self_attn.q_proj.weight", 0),
                       keys = tower.size("layers.0.self_attn.k_proj.weight", 0);
    constexpr std::int64_t publishedHead = 128;
    const auto count =
        tower.told<std::int64_t>("heads", {"num_attention_heads"}, std::max<std::int64_t>(1, queries / publishedHead),
                                 "heads of 128 as in Llama 2 and 3");
    const std::int64_t head = count > 0 ? queries / count : 0;
    if (head < 1 || head * count != queries || keys % head != 0 || head % 2 != 0)
        tower.problem({TextId("weights.query_key_projections_rows_cannot",
                              "query and key projections of %1 and %2 rows cannot be divided among %3 heads"),
                       queries, keys, count});
    const json* rope = tower.config("rope_parameters", {"rope_parameters"});
    const json* scaling = tower.config("rope_scaling", {"rope_scaling"});
    const bool scaled = rope && rope->is_object() && rope->value("rope_type", std::string("default")) != "default";
    const double theta = rope && rope->is_object() && rope->contains("rope_theta")
                             ? rope->value("rope_theta", 10000.0)
                             : tower.told<double>("rope_theta", {"rope_theta"}, 10000.0, "Llama 2's value");
    return {{"family", name()},
            {"width", tower.size("embed_tokens.weight", 1)},
            {"depth", tower.layers("layers.")},
            {"heads", std::max<std::int64_t>(count, 1)},
            {"kv_heads", head > 0 ? keys / head : 1},
            {"head_dim", std::max<std::int64_t>(head, 1)},
            {"vocabulary", tower.size("embed_tokens.weight", 0)},
            {"positions", tower.told<std::int64_t>("positions", {"max_position_embeddings"}, 4096, "Llama 2's value")},
            {"mlp_hidden", tower.size("layers.0.mlp.gate_proj.weight", 0)},
            {"activation", tower.told<std::string>("activation", {"hidden_act"}, "silu", "Llama's value")},
            {"norm_eps", tower.told<double>("norm_eps", {"rms_norm_eps"}, 1e-5, "Llama 2's value")},
            {"rope_theta", theta},
            {"rope_scaling", scaled    ? *rope
                             : scaling ? *scaling
                                       : json()},
            {"pooling", tower.joined() ? "first-pad" : "mean-all"}};
}

void Llama::list(TensorList& list, const json& text) const
{
    const auto width = sizeOf(text, "width"), hidden = sizeOf(text, "mlp_hidden"), headDim = sizeOf(text, "head_dim");
    const auto queries = sizeOf(text, "heads") * headDim, keys = sizeOf(text, "kv_heads") * headDim;
    list.add("embed_tokens.weight", {sizeOf(text, "vocabulary"), width});
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

} // namespace

const TextFamily& llama()
{
    static const Llama family;
    return family;
}

} // namespace mama::weights

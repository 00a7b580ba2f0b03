#include "core/weights/families/families.h"

#include <array>

// Names and rules: models.md, section 3.
namespace mama::weights {
namespace {

using nlohmann::json;

MappedName rename(std::string name)
{
    dropPrefix(name, "model.");
    if (name.starts_with("final_norm."))
        return unused("the last norm, which the reference does not apply");
    if (name.starts_with("head.") || name.starts_with("decoder.") || name.starts_with("classifier."))
        return unused("a head of another task");
    return used(std::move(name));
}

// answerdotai/ModernBERT, read before its last norm: Mammo-FM's text tower.
class ModernBert final : public TextFamily
{
public:
    std::string name() const override { return "modernbert"; }
    std::string title() const override { return "ModernBERT"; }
    const std::vector<Spelling>& spellings() const override
    {
        static const std::vector<Spelling> all{{{"embeddings.tok_embeddings.weight", ".attn.Wqkv."}, rename}};
        return all;
    }
    bool standsAlone() const override { return false; }
    AdapterRules adapters() const override { return {{"Wqkv"}, false}; }
    std::string tokenTable() const override { return "embeddings.tok_embeddings"; }
    bool hasClassToken() const override { return true; }
    json captionTokens(const TowerReader&) const override { return json::object(); }
    json describe(TowerReader& tower) const override;
    void list(TensorList& list, const json& text) const override;
};

json ModernBert::describe(TowerReader& tower) const
{
    const std::int64_t width = tower.size("embeddings.tok_embeddings.weight", 1);
    const auto whole = [&](const char* own, std::int64_t assumed) {
        return tower.told<std::int64_t>(own, {own}, assumed, "ModernBERT-base's value");
    };
    const auto number = [&](const char* own, double assumed) {
        return tower.told<double>(own, {own}, assumed, "ModernBERT-base's value");
    };
    for (const char* bias : {"norm_bias", "attention_bias", "mlp_bias"})
        if (const json* told = tower.config(bias, {bias}); told && *told == true)
            tower.problem({TextId("weights.modernbert_bias", "a ModernBERT with %1 is not supported"), bias});
    return {{"family", name()},
            {"width", width},
            {"depth", tower.layers("layers.")},
            {"heads", tower.heads(width, {"num_attention_heads"}, 64)},
            {"vocabulary", tower.size("embeddings.tok_embeddings.weight", 0)},
            {"positions", whole("max_position_embeddings", 8192)},
            {"mlp_hidden", tower.size("layers.0.mlp.Wo.weight", 1)},
            {"activation",
             tower.told<std::string>("activation", {"hidden_activation", "hidden_act"}, "gelu", "ModernBERT's value")},
            {"norm_eps", tower.told<double>("norm_eps", {"norm_eps"}, 1e-5, "ModernBERT's value")},
            {"local_attention", whole("local_attention", 128)},
            {"global_every", whole("global_attn_every_n_layers", 3)},
            {"global_rope", number("global_rope_theta", 160000.0)},
            {"local_rope", number("local_rope_theta", 10000.0)},
            {"pooling", "last-token"}};
}

void ModernBert::list(TensorList& list, const json& text) const
{
    const auto width = sizeOf(text, "width"), hidden = sizeOf(text, "mlp_hidden");
    list.add("embeddings.tok_embeddings.weight", {sizeOf(text, "vocabulary"), width});
    list.norm("embeddings.norm", width, false);
    for (std::int64_t i = 0; i < depthOf(text); ++i) {
        const std::string layer = "layers." + std::to_string(i) + ".";
        if (i > 0)
            list.norm(layer + "attn_norm", width, false);
        list.linear(layer + "attn.Wqkv", width, 3 * width, false);
        list.linear(layer + "attn.Wo", width, width, false);
        list.norm(layer + "mlp_norm", width, false);
        list.linear(layer + "mlp.Wi", width, 2 * hidden, false);
        list.linear(layer + "mlp.Wo", hidden, width, false);
    }
}

} // namespace

const TextFamily& modernBert()
{
    static const ModernBert family;
    return family;
}

} // namespace mama::weights

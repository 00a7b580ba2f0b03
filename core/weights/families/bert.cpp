#include "core/weights/families/families.h"

#include <array>

// Names: mama.md, section 11.
namespace mama::weights {
namespace {

using nlohmann::json;

constexpr std::int64_t miniLmWidth = 384; // 12 heads of 32

MappedName rename(std::string name)
{
    for (const char* prefix : {"0.auto_model.", "auto_model.", "bert."})
        dropPrefix(name, prefix);
    if (name.starts_with("cls.") || name.starts_with("classifier.") || name.starts_with("qa_outputs."))
        return unused("a head of another task");
    if (name.ends_with("position_ids") || name.ends_with("embeddings.token_type_ids"))
        return unused("index buffer");
    if (contains(name, ".crossattention."))
        return unused("cross-attention, which MaMA has but does not use");
    static constexpr std::array<std::pair<const char*, const char*>, 2> renames{
        {{".LayerNorm.gamma", ".LayerNorm.weight"}, {".LayerNorm.beta", ".LayerNorm.bias"}}};
    for (const auto& [old, current] : renames)
        if (name.ends_with(old))
            replaceOnce(name, old, current);
    return used(name);
}

// BERT and sentence encoders of its form, MiniLM among them.
class Bert final : public TextFamily
{
public:
    std::string name() const override { return "bert"; }
    std::string title() const override { return "BERT"; }
    const std::vector<Spelling>& spellings() const override
    {
        static const std::vector<Spelling> all{{{"word_embeddings.weight", ".attention.self.query."}, rename}};
        return all;
    }
    AdapterRules adapters() const override { return {{"query", "value"}, false}; }
    std::string tokenTable() const override { return "embeddings.word_embeddings"; }
    bool hasClassToken() const override { return true; }
    json captionTokens(const TowerReader&) const override
    {
        return {{"separator", "[SEP]"}, {"start", ""}, {"end", ""}, {"pad", "[PAD]"}, {"added_tokens", json::array()}};
    }
    json describe(TowerReader& tower) const override;
    void list(TensorList& list, const json& text) const override;
};

json Bert::describe(TowerReader& tower) const
{
    const std::int64_t width = tower.size("embeddings.word_embeddings.weight", 1);
    const json* position = tower.config("position_embedding_type", {"position_embedding_type"});
    if (position && *position != "absolute")
        tower.problem({TextId("weights.position_embeddings_kind_not_supported",
                              "position embeddings of the kind %1 are not supported"),
                       position->dump()});
    const bool firstToken = tower.joined() || tower.isTrue("pooling_mode_cls_token");
    return {{"family", name()},
            {"width", width},
            {"depth", tower.layers("encoder.layer.")},
            {"heads", tower.heads(width, {"num_attention_heads"}, width == miniLmWidth ? 32 : 64)},
            {"vocabulary", tower.size("embeddings.word_embeddings.weight", 0)},
            {"positions", tower.size("embeddings.position_embeddings.weight", 0)},
            {"token_types", tower.size("embeddings.token_type_embeddings.weight", 0)},
            {"mlp_hidden", tower.size("encoder.layer.0.intermediate.dense.weight", 0)},
            {"activation", tower.told<std::string>("activation", {"hidden_act"}, "gelu", "BERT's value")},
            {"norm_eps", tower.told<double>("norm_eps", {"layer_norm_eps"}, 1e-12, "BERT's value")},
            {"pooling", firstToken ? "cls" : "mean-masked"}};
}

void Bert::list(TensorList& list, const json& text) const
{
    const auto width = sizeOf(text, "width"), hidden = sizeOf(text, "mlp_hidden");
    list.add("embeddings.word_embeddings.weight", {sizeOf(text, "vocabulary"), width});
    list.add("embeddings.position_embeddings.weight", {sizeOf(text, "positions"), width});
    list.add("embeddings.token_type_embeddings.weight", {sizeOf(text, "token_types"), width});
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

} // namespace

const TextFamily& bert()
{
    static const Bert family;
    return family;
}

} // namespace mama::weights

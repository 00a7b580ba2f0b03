#include "core/weights/families/families.h"

// Names: mama.md, section 11.
namespace mama::weights {
namespace {

using nlohmann::json;

constexpr std::int64_t bioMedLmWidth = 2560;

MappedName rename(std::string name)
{
    dropPrefix(name, "transformer.");
    if (name.starts_with("lm_head."))
        return unused("language head");
    if (name.ends_with(".attn.bias") || name.ends_with(".attn.masked_bias"))
        return unused("causal mask buffer");
    return used(name);
}

// GPT-2 and BioMedLM, MaMA's own language model.
class Gpt2 final : public TextFamily
{
public:
    std::string name() const override { return "gpt2"; }
    std::string title() const override { return "GPT-2"; }
    const std::vector<Spelling>& spellings() const override
    {
        static const std::vector<Spelling> all{{{"wte.weight", ".attn.c_attn."}, rename}};
        return all;
    }
    AdapterRules adapters() const override { return {{"c_attn"}, true}; }
    std::string wrapper() const override { return "transformer."; }
    std::string referenceName() const override { return "gpt"; }
    std::string tokenTable() const override { return "wte"; }
    std::string notice(const json& text) const override
    {
        return text.value("width", std::int64_t{0}) == bioMedLmWidth
                   ? "The language model is BioMedLM: BigScience BLOOM RAIL 1.0, with restrictions of use."
                   : "";
    }
    json captionTokens(const TowerReader& tower) const override;
    json describe(TowerReader& tower) const override;
    void list(TensorList& list, const json& text) const override;
};

json Gpt2::captionTokens(const TowerReader& tower) const
{
    if (!tower.joined())
        return {{"separator", ""}, {"start", ""}, {"end", ""}, {"pad", ""}, {"added_tokens", json::array()}};
    return {{"separator", "<|separatetext|>"},
            {"start", "<|startoftext|>"},
            {"end", "<|endoftext|>"},
            {"pad", "<|padtext|>"},
            {"added_tokens",
             {"<|startoftext|>", "<|padtext|>", "<|masktext|>", "<|separatetext|>", "<|unknowntext|>", "<|keytext|>"}}};
}

json Gpt2::describe(TowerReader& tower) const
{
    const std::int64_t width = tower.size("wte.weight", 1);
    const bool published = tower.joined();
    return {{"family", name()},
            {"width", width},
            {"depth", tower.layers("h.")},
            {"heads", tower.heads(width, {"n_head", "num_attention_heads"}, width == bioMedLmWidth ? 128 : 64)},
            {"vocabulary", tower.size("wte.weight", 0)},
            {"positions", tower.size("wpe.weight", 0)},
            {"mlp_hidden", tower.size("h.0.mlp.c_fc.weight", 1)},
            {"activation", tower.told<std::string>("activation", {"activation_function"}, "gelu_new", "GPT-2's value")},
            {"norm_eps", tower.told<double>("norm_eps", {"layer_norm_epsilon"}, 1e-5, "GPT-2's value")},
            {"scale_attn_by_inverse_layer_idx",
             tower.told<bool>("scale_attn_by_inverse_layer_idx", {"scale_attn_by_inverse_layer_idx"}, published,
                              published ? "BioMedLM's value" : "GPT-2's value")},
            {"pooling", tower.joined() ? "first-pad" : "mean-all"}};
}

void Gpt2::list(TensorList& list, const json& text) const
{
    const auto width = sizeOf(text, "width"), hidden = sizeOf(text, "mlp_hidden");
    list.add("wte.weight", {sizeOf(text, "vocabulary"), width});
    list.add("wpe.weight", {sizeOf(text, "positions"), width});
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

} // namespace

const TextFamily& gpt2()
{
    static const Gpt2 family;
    return family;
}

} // namespace mama::weights

#include "core/weights/families/families.h"
#include "core/weights/families/model_notes.h"

// Names: models.md, sections 5 and 6.
namespace mama::weights {
namespace {

using nlohmann::json;

MappedName fromOpenClip(std::string name)
{
    if (name == "attn_mask")
        return unused("causal mask buffer");
    replaceOnce(name, "ln_final.", "norm.");
    return used(openClipBlock(std::move(name)));
}

MappedName fromHuggingFace(std::string name)
{
    if (name.ends_with("position_ids"))
        return unused("index buffer");
    replaceOnce(name, "embeddings.token_embedding.", "token_embedding.");
    replaceOnce(name, "embeddings.position_embedding.weight", "positional_embedding");
    replaceOnce(name, "final_layer_norm.", "norm.");
    return huggingFaceBlock(std::move(name));
}

// The text transformers of CLIP and SigLIP.
class ClipText final : public TextFamily
{
public:
    std::string name() const override { return "clip-text"; }
    std::string title() const override { return "CLIP's text transformer"; }
    const std::vector<Spelling>& spellings() const override
    {
        static const std::vector<Spelling> all{
            {{"embeddings.token_embedding.weight", ".self_attn.q_proj."}, fromHuggingFace},
            {{"token_embedding.weight", "transformer.resblocks."}, fromOpenClip}};
        return all;
    }
    bool standsAlone() const override { return false; }
    AdapterRules adapters() const override { return {{"qkv"}, false}; }
    std::string tokenTable() const override { return "token_embedding"; }
    json captionTokens(const TowerReader&) const override { return json::object(); }
    json describe(TowerReader& tower) const override;
    void list(TensorList& list, const json& text) const override;
};

json ClipText::describe(TowerReader& tower) const
{
    const std::int64_t width = tower.size("token_embedding.weight", 1);
    const bool huggingFace = &tower.spelling() == &spellings()[0], siglip = tower.hasModelType("siglip");
    std::int64_t headWidth = 64;
    if (!huggingFace)
        headWidth =
            std::max<std::int64_t>(width / std::max<std::int64_t>(openClipValue(tower, "text_cfg", "heads", 0), 1), 1);
    if (!huggingFace && openClipValue(tower, "text_cfg", "heads", 0) == 0)
        headWidth = 64;
    const std::int64_t base = siglip ? 12 : 8; // heads of the base size, which configurations leave out
    if (huggingFace && (siglip || tower.hasModelType("clip")) && width % base == 0)
        headWidth = std::max<std::int64_t>(width / base, 1);
    const char* activation = !huggingFace ? "gelu" : siglip ? "gelu_pytorch_tanh" : "quick_gelu";
    return {
        {"family", name()},
        {"width", width},
        {"depth", tower.layers("blocks.")},
        {"heads", tower.heads(width, {"num_attention_heads"}, headWidth)},
        {"vocabulary", tower.size("token_embedding.weight", 0)},
        {"positions", tower.size("positional_embedding", 0)},
        {"mlp_hidden", tower.size("blocks.0.mlp.fc1.weight", 0)},
        {"activation", tower.told<std::string>("activation", {"hidden_act"}, activation, "its library's value")},
        {"norm_eps", tower.told<double>("norm_eps", {"layer_norm_eps"}, siglip ? 1e-6 : 1e-5, "its library's value")},
        {"causal", !siglip},
        {"pooling", "highest-id"}};
}

void ClipText::list(TensorList& list, const json& text) const
{
    const auto width = sizeOf(text, "width");
    list.add("token_embedding.weight", {sizeOf(text, "vocabulary"), width});
    list.add("positional_embedding", {sizeOf(text, "positions"), width});
    for (std::int64_t i = 0; i < depthOf(text); ++i)
        listPreNormBlock(list, "blocks." + std::to_string(i) + ".", width, sizeOf(text, "mlp_hidden"));
    list.norm("norm", width);
}

} // namespace

const TextFamily& clipText()
{
    static const ClipText family;
    return family;
}

} // namespace mama::weights

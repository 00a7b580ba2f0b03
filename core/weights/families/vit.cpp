#include "core/weights/families/families.h"
#include "core/weights/families/model_notes.h"

#include <array>
#include <cmath>

// Names: models.md, sections 4 to 6.
namespace mama::weights {
namespace {

using nlohmann::json;
using Renames = std::initializer_list<std::pair<const char*, const char*>>;

void renameAll(std::string& name, Renames renames)
{
    for (const auto& [from, to] : renames)
        replaceOnce(name, from, to);
}

MappedName fromTimm(std::string name)
{
    dropPrefix(name, "trunk.");
    return used(std::move(name));
}

MappedName fromOpenClip(std::string name)
{
    renameAll(name, {{"conv1.", "patch_embed.proj."},
                     {"class_embedding", "cls_token"},
                     {"positional_embedding", "pos_embed"},
                     {"ln_pre.", "norm_pre."},
                     {"ln_post.", "norm."}});
    return used(openClipBlock(std::move(name)));
}

MappedName fromHuggingFace(std::string name)
{
    if (name.ends_with("position_ids"))
        return unused("index buffer");
    renameAll(name, {{"embeddings.class_embedding", "cls_token"},
                     {"embeddings.patch_embedding.", "patch_embed.proj."},
                     {"embeddings.position_embedding.weight", "pos_embed"},
                     {"pre_layrnorm.", "norm_pre."},
                     {"post_layernorm.", "norm."}});
    if (name.starts_with("head."))
        name.replace(0, std::string_view("head.").size(), "attn_pool.");
    return huggingFaceBlock(std::move(name));
}

// Vision transformers of timm, open_clip and Hugging Face, as CLIP, BiomedCLIP and SigLIP have them.
class Vit final : public ImageFamily
{
public:
    std::string name() const override { return "vit"; }
    std::string title() const override { return "ViT"; }
    const std::vector<Spelling>& spellings() const override
    {
        static const std::vector<Spelling> all{{{"trunk.patch_embed.proj.", "trunk.blocks."}, fromTimm},
                                               {{"conv1.weight", "transformer.resblocks."}, fromOpenClip},
                                               {{"patch_embedding.weight", ".self_attn.q_proj."}, fromHuggingFace}};
        return all;
    }
    bool standsAlone() const override { return false; }
    bool isModelType(const std::string& type) const override { return type == "clip_vision_model"; }
    AdapterRules adapters() const override { return {{"qkv"}, false}; }
    std::string sizeTensor() const override { return "patch_embed.proj.weight"; }
    std::int64_t inputSize(const json& image) const override
    {
        return image["native_grid"][0].get<std::int64_t>() * image["patch"].get<std::int64_t>();
    }
    std::string notPublishable(const json&) const override
    {
        return "the image tower is another group's, for which DINOv2 has no names";
    }
    json describe(TowerReader& tower) const override;
    void list(TensorList& list, const json& image) const override;
};

// What the libraries assume where a configuration is silent.
struct Assumed
{
    const char* activation;
    double eps;
    std::int64_t headWidth;
};

Assumed assumedFor(const TowerReader& tower, std::int64_t width, bool huggingFace, bool timm)
{
    if (timm)
        return {"gelu", 1e-6, 64};
    if (!huggingFace)
        return {"gelu", 1e-5, openClipValue(tower, "vision_cfg", "head_width", 64)};
    const bool told = tower.hasModelType("clip") || tower.hasModelType("siglip");
    const std::int64_t base = told && width % 12 == 0 ? width / 12 : 64; // heads of the base size are left out
    return tower.has("attn_pool.probe") ? Assumed{"gelu_pytorch_tanh", 1e-6, base} : Assumed{"quick_gelu", 1e-5, base};
}

json Vit::describe(TowerReader& tower) const
{
    const std::int64_t width = tower.size("patch_embed.proj.weight", 0),
                       patch = tower.size("patch_embed.proj.weight", 2);
    const bool flat = tower.size("pos_embed", 2) == 0, classToken = tower.has("cls_token");
    const std::int64_t rows = tower.size("pos_embed", flat ? 0 : 1) - (classToken ? 1 : 0);
    const auto grid = rows > 0 ? static_cast<std::int64_t>(std::llround(std::sqrt(static_cast<double>(rows)))) : 0;
    if (grid < 1 || grid * grid != rows || width < 1 || patch < 1 || patch > 1024)
        tower.problem(
            {TextId("weights.vit_grid", "its %1 positions and patches of %2 pixels make no square grid"), rows, patch});
    const bool timm = &tower.spelling() == &spellings()[0], huggingFace = &tower.spelling() == &spellings()[2];
    const Assumed assumed = assumedFor(tower, width, huggingFace, timm);
    const bool pool = tower.has("attn_pool.probe");
    return {{"family", name()},
            {"width", width},
            {"depth", tower.layers("blocks.")},
            {"heads", tower.heads(width, {"num_attention_heads"}, std::max<std::int64_t>(assumed.headWidth, 1))},
            {"patch", patch},
            {"registers", 0},
            {"mlp_hidden", tower.size("blocks.0.mlp.fc1.weight", 0)},
            {"ffn", "mlp"},
            {"layer_scale", tower.has("blocks.0.ls1.gamma") || tower.has("blocks.0.ls2.gamma")},
            {"native_grid", {std::max<std::int64_t>(grid, 1), std::max<std::int64_t>(grid, 1)}},
            {"class_token", classToken},
            {"first_norm", tower.has("norm_pre.weight")},
            {"patch_bias", !tower.has("norm_pre.weight")}, // CLIP has the norm in its stead
            {"flat_embeddings", flat},
            {"activation",
             tower.told<std::string>("activation", {"hidden_act"}, assumed.activation, "its library's value")},
            {"norm_eps", tower.told<double>("norm_eps", {"layer_norm_eps"}, assumed.eps, "its library's value")},
            {"pooling", pool ? "attention" : "cls-norm"}};
}

void listPool(TensorList& list, std::int64_t width, std::int64_t hidden)
{
    list.add("attn_pool.probe", {1, 1, width});
    list.add("attn_pool.attention.in_proj_weight", {3 * width, width});
    list.add("attn_pool.attention.in_proj_bias", {3 * width});
    list.linear("attn_pool.attention.out_proj", width, width);
    list.norm("attn_pool.layernorm", width);
    list.linear("attn_pool.mlp.fc1", width, hidden);
    list.linear("attn_pool.mlp.fc2", hidden, width);
}

void Vit::list(TensorList& list, const json& image) const
{
    const auto width = sizeOf(image, "width"), patch = sizeOf(image, "patch"), hidden = sizeOf(image, "mlp_hidden");
    const auto grid = sizeOf({{"grid", image.at("native_grid").at(0)}}, "grid");
    const bool flat = image.value("flat_embeddings", false), classToken = image.value("class_token", true);
    const std::int64_t positions =
        std::min<std::int64_t>(grid, 100'000) * std::min<std::int64_t>(grid, 100'000) + (classToken ? 1 : 0);
    using Shape = std::vector<std::int64_t>;
    if (classToken)
        list.add("cls_token", flat ? Shape{width} : Shape{1, 1, width});
    list.add("pos_embed", flat ? Shape{positions, width} : Shape{1, positions, width});
    list.add("patch_embed.proj.weight", {width, 3, patch, patch});
    if (image.value("patch_bias", true))
        list.add("patch_embed.proj.bias", {width});
    if (image.value("first_norm", false))
        list.norm("norm_pre", width);
    for (std::int64_t i = 0; i < depthOf(image); ++i) {
        listPreNormBlock(list, "blocks." + std::to_string(i) + ".", width, hidden);
        if (image.value("layer_scale", false))
            for (const char* scale : {".ls1.gamma", ".ls2.gamma"})
                list.add("blocks." + std::to_string(i) + scale, {width});
    }
    list.norm("norm", width);
    if (image.at("pooling") == "attention")
        listPool(list, width, hidden);
}

} // namespace

const ImageFamily& vit()
{
    static const Vit family;
    return family;
}

} // namespace mama::weights

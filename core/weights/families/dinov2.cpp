#include "core/base/error_actions.h"
#include "core/weights/families/families.h"

#include "core/base/error.h"

#include <algorithm>
#include <array>
#include <cmath>

// Names: mama.md, section 11; shapes: sections 2 and 11.
namespace mama::weights {
namespace {

using nlohmann::json;

// Some releases put a chunk's number before a block's: blocks.0.3.norm1 is block 3.
void dropChunk(std::string& name)
{
    const auto outer = layerIndex(name, "blocks.");
    if (!outer)
        return;
    const std::string head = "blocks." + std::to_string(*outer) + ".";
    if (layerIndex(name, head))
        name = "blocks." + name.substr(head.size());
}

MappedName fromHub(std::string name)
{
    for (const char* prefix : {"backbone.", "teacher.backbone.", "model."})
        dropPrefix(name, prefix);
    for (const char* head : {"dino_head.", "ibot_head.", "head.", "classifier.", "linear_head."})
        if (name.starts_with(head))
            return unused("a head of another task");
    dropChunk(name);
    return used(name);
}

MappedName fromHuggingFace(std::string name)
{
    for (const char* prefix : {"dinov2.", "dinov2_with_registers.", "backbone."})
        dropPrefix(name, prefix);
    if (name.starts_with("classifier."))
        return unused("a head of another task");
    static constexpr std::array<std::pair<const char*, const char*>, 9> renames{
        {{"embeddings.position_embeddings", "pos_embed"},
         {"embeddings.patch_embeddings.projection.", "patch_embed.proj."},
         {"embeddings.", ""},
         {"encoder.layer.", "blocks."},
         {".attention.output.dense.", ".attn.proj."},
         {".layer_scale1.lambda1", ".ls1.gamma"},
         {".layer_scale2.lambda1", ".ls2.gamma"},
         {".mlp.weights_in.", ".mlp.w12."},
         {".mlp.weights_out.", ".mlp.w3."}}};
    for (const auto& [from, to] : renames)
        replaceOnce(name, from, to);
    if (name.starts_with("layernorm."))
        name.replace(0, std::string_view("layernorm.").size(), "norm.");
    static constexpr std::array thirds{".attention.attention.query.", ".attention.attention.key.",
                                       ".attention.attention.value."};
    for (int i = 0; i < 3; ++i)
        if (replaceOnce(name, thirds[static_cast<std::size_t>(i)], ".attn.qkv."))
            return contains(name, ".lora_") ? unused("LoRA on a third of qkv is not supported")
                                            : MappedName{name, i, 3, ""};
    return used(name);
}

// Hub releases without registers scale by (n + 0.1)/M without antialiasing; with registers, and in MaMA, to a size
// with antialiasing; the Hugging Face library scales to a size, antialiased with registers only.
json interpolation(const TowerReader& tower, bool huggingFace, std::int64_t registers)
{
    if (const json* own = tower.config("interpolation"))
        return *own;
    const bool antialias = tower.joined() || registers > 0;
    return {{"antialias", antialias},
            {"offset", antialias || huggingFace || tower.hasModelType("dinov2") ? 0.0 : 0.1},
            {"mode", "bicubic"}};
}

// Convolutions in place of the patch embedding, or null.
json stemOf(const TowerReader& tower)
{
    constexpr std::size_t mostStages = 8;
    json channels = json::array();
    const auto stage = [&] { return "patch_embed.stem." + std::to_string(channels.size()) + ".down.weight"; };
    while (channels.size() < mostStages && tower.has(stage()))
        channels.push_back(tower.size(stage(), 0));
    return channels.empty() ? json() : json{{"channels", channels}};
}

// Side of the square grid that the position embedding was made for.
std::int64_t gridOf(TowerReader& tower)
{
    const std::int64_t rows = tower.size("pos_embed", 1) - 1;
    const auto grid = rows > 0 ? static_cast<std::int64_t>(std::llround(std::sqrt(static_cast<double>(rows)))) : 0;
    if (grid * grid != rows || grid < 1)
        tower.problem(
            {TextId("weights.pos_embed_has_rows_no", "pos_embed has 1 + %1 rows: no square grid of patches"), rows});
    return grid;
}

// Stages of stride 2 in place of the patch embedding; see ConvStem.
void listStem(TensorList& list, const json& image, std::int64_t width)
{
    const auto channels = image["stem"].at("channels").get<std::vector<std::int64_t>>();
    std::int64_t before = 3;
    for (std::size_t i = 0; i < channels.size(); ++i) {
        const std::int64_t out = channels[i];
        if (out < 1 || out > 100'000)
            throw Error(ErrorCode::Model, {action::readModel}, "stem",
                        {TextId("weights.no_possible_number_channels", "%1 is no possible number of channels"), out});
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

void listBlock(TensorList& list, const json& image, const std::string& block)
{
    const auto width = sizeOf(image, "width"), hidden = sizeOf(image, "mlp_hidden");
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

// facebookresearch/dinov2's vision transformers, MaMA's among them, and small ones of our own with a stem.
class Dinov2 final : public ImageFamily
{
public:
    std::string name() const override { return "dinov2"; }
    std::string title() const override { return "DINOv2"; }
    const std::vector<Spelling>& spellings() const override
    {
        static const std::vector<Spelling> all{
            {{"patch_embed.proj.", ".attn.qkv."}, fromHub},
            {{"patch_embeddings.projection.", ".attention.attention.query."}, fromHuggingFace}};
        return all;
    }
    AdapterRules adapters() const override { return {{"qkv"}, false}; }
    std::string sizeTensor() const override { return "cls_token"; }
    bool isModelType(const std::string& type) const override { return type.starts_with("dinov2"); }
    std::int64_t inputSize(const json& image) const override
    {
        return image["native_grid"][0].get<std::int64_t>() *
               std::max<std::int64_t>(image["patch"].get<std::int64_t>(), 0);
    }
    std::string notPublishable(const json& image) const override
    {
        return image.contains("stem") ? "the image tower begins with convolutions, which DINOv2 does not have" : "";
    }
    json describe(TowerReader& tower) const override;
    void list(TensorList& list, const json& image) const override;
};

json Dinov2::describe(TowerReader& tower) const
{
    const std::int64_t width = tower.size("cls_token", 2), registers = tower.size("register_tokens", 1);
    const std::int64_t grid = gridOf(tower);
    const bool swiglu = tower.has("blocks.0.mlp.w12.weight");
    const bool huggingFace = &tower.spelling() == &spellings()[1];
    const json stem = stemOf(tower);
    const std::int64_t patch =
        stem.is_null() ? tower.size("patch_embed.proj.weight", 2) : std::int64_t{1} << stem["channels"].size();
    if (width < 1 || patch < 1)
        tower.problem({TextId("weights.cls_token_or_patch_embed",
                              "cls_token or patch_embed.proj.weight is missing or has an impossible shape")});
    const json* type = tower.config("activation", {"hidden_act"});
    if (type && *type != "gelu" && !swiglu)
        tower.problem(
            {TextId("weights.image_tower_s_activation_not", "the image tower's activation %1 is not supported"),
             type->dump()});
    json made{
        {"family", name()},
        {"width", width},
        {"depth", tower.layers("blocks.")},
        {"heads", tower.heads(width, {"vit_heads", "num_attention_heads"}, 64)},
        {"patch", patch},
        {"registers", registers},
        {"mlp_hidden", swiglu ? tower.size("blocks.0.mlp.w3.weight", 1) : tower.size("blocks.0.mlp.fc1.weight", 0)},
        {"ffn", swiglu ? "swiglu" : "mlp"},
        {"layer_scale", tower.has("blocks.0.ls1.gamma")},
        {"native_grid", {grid, grid}},
        {"interpolation", interpolation(tower, huggingFace, registers)},
        {"norm_eps", tower.told<double>("norm_eps", {"vit_ln_eps", "layer_norm_eps"}, 1e-6, "DINOv2's value")},
        {"pooling", tower.joined() ? "mean-prenorm" : "cls-norm"}};
    if (!stem.is_null())
        made["stem"] = stem;
    return made;
}

void Dinov2::list(TensorList& list, const json& image) const
{
    const auto width = sizeOf(image, "width"), patch = sizeOf(image, "patch"), registers = sizeOf(image, "registers");
    const auto grid = image.at("native_grid").get<std::vector<std::int64_t>>();
    list.add("cls_token", {1, 1, width});
    for (const std::int64_t side : grid)
        if (side < 0 || side > 100'000)
            throw Error(ErrorCode::Model, {action::readModel}, "native_grid",
                        {TextId("weights.no_possible_grid", "%1 is no possible size"), side});
    list.add("pos_embed", {1, 1 + grid.at(0) * grid.at(1), width});
    list.add("mask_token", {1, width}, true);
    if (registers > 0)
        list.add("register_tokens", {1, registers, width});
    if (image.contains("stem"))
        listStem(list, image, width);
    else
        list.add("patch_embed.proj.weight", {width, 3, patch, patch});
    list.add("patch_embed.proj.bias", {width});
    for (std::int64_t i = 0; i < depthOf(image); ++i)
        listBlock(list, image, "blocks." + std::to_string(i) + ".");
    list.norm("norm", width);
}

} // namespace

const ImageFamily& dinov2()
{
    static const Dinov2 family;
    return family;
}

} // namespace mama::weights

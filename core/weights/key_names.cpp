#include "core/weights/key_names.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <utility>

// Names: mama.md, section 11.
namespace mama::weights {
namespace {

using Renames = std::vector<std::pair<const char*, const char*>>;

bool has(const std::string& name, std::string_view part) { return name.find(part) != name.npos; }

void dropPrefix(std::string& name, std::string_view prefix)
{
    if (name.starts_with(prefix))
        name.erase(0, prefix.size());
}

bool replaceOnce(std::string& name, std::string_view from, std::string_view to)
{
    const std::size_t at = name.find(from);
    if (at == name.npos)
        return false;
    name.replace(at, from.size(), to);
    return true;
}

MappedName unused(std::string reason) { return {"", 0, 1, std::move(reason)}; }
MappedName used(std::string canonical) { return {std::move(canonical), 0, 1, ""}; }

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

MappedName mapDinov2(std::string name)
{
    for (const char* prefix : {"backbone.", "teacher.backbone.", "model."})
        dropPrefix(name, prefix);
    for (const char* head : {"dino_head.", "ibot_head.", "head.", "classifier.", "linear_head."})
        if (name.starts_with(head))
            return unused("a head of another task");
    dropChunk(name);
    return used(imagePrefix + name);
}

MappedName mapDinov2HuggingFace(std::string name)
{
    for (const char* prefix : {"dinov2.", "dinov2_with_registers.", "backbone."})
        dropPrefix(name, prefix);
    if (name.starts_with("classifier."))
        return unused("a head of another task");
    static const Renames renames{{"embeddings.position_embeddings", "pos_embed"},
                                 {"embeddings.patch_embeddings.projection.", "patch_embed.proj."},
                                 {"embeddings.", ""},
                                 {"encoder.layer.", "blocks."},
                                 {".attention.output.dense.", ".attn.proj."},
                                 {".layer_scale1.lambda1", ".ls1.gamma"},
                                 {".layer_scale2.lambda1", ".ls2.gamma"},
                                 {".mlp.weights_in.", ".mlp.w12."},
                                 {".mlp.weights_out.", ".mlp.w3."}};
    for (const auto& [from, to] : renames)
        replaceOnce(name, from, to);
    if (name.starts_with("layernorm."))
        name.replace(0, std::string_view("layernorm.").size(), "norm.");
    static constexpr std::array thirds{".attention.attention.query.", ".attention.attention.key.",
                                       ".attention.attention.value."};
    for (int i = 0; i < 3; ++i)
        if (replaceOnce(name, thirds[static_cast<std::size_t>(i)], ".attn.qkv."))
            return has(name, ".lora_") ? unused("LoRA on a third of qkv is not supported")
                                       : MappedName{imagePrefix + name, i, 3, ""};
    return used(imagePrefix + name);
}

MappedName mapGpt2(std::string name)
{
    dropPrefix(name, "transformer.");
    if (name.starts_with("lm_head."))
        return unused("language head");
    if (name.ends_with(".attn.bias") || name.ends_with(".attn.masked_bias"))
        return unused("causal mask buffer");
    return used(textPrefix + name);
}

MappedName mapBert(std::string name)
{
    for (const char* prefix : {"0.auto_model.", "auto_model.", "bert."})
        dropPrefix(name, prefix);
    if (name.starts_with("cls.") || name.starts_with("classifier.") || name.starts_with("qa_outputs."))
        return unused("a head of another task");
    if (name.ends_with("position_ids") || name.ends_with("embeddings.token_type_ids"))
        return unused("index buffer");
    if (has(name, ".crossattention."))
        return unused("cross-attention, which MaMA has but does not use");
    for (const auto& [old, current] :
         Renames{{".LayerNorm.gamma", ".LayerNorm.weight"}, {".LayerNorm.beta", ".LayerNorm.bias"}})
        if (name.ends_with(old))
            replaceOnce(name, old, current);
    return used(textPrefix + name);
}

MappedName mapLlama(std::string name)
{
    dropPrefix(name, "model.");
    if (name.starts_with("lm_head."))
        return unused("language head");
    if (name.ends_with("rotary_emb.inv_freq"))
        return unused("rotary table, which is computed");
    return used(textPrefix + name);
}

// Rows of added tokens, as our adapter export stores them beside the adapter.
std::optional<MappedName> mapAddedRows(const std::string& name, const Naming& naming)
{
    constexpr std::string_view ending = ".added_rows";
    if (!name.ends_with(ending))
        return {};
    MappedName mapped = mapName(name.substr(0, name.size() - ending.size()) + ".weight", naming);
    mapped.part = 1;
    mapped.parts = 0;
    return mapped;
}

MappedName mapTower(const std::string& name, Family family)
{
    switch (family) {
    case Family::Dinov2: return mapDinov2(name);
    case Family::Dinov2HuggingFace: return mapDinov2HuggingFace(name);
    case Family::Gpt2: return mapGpt2(name);
    case Family::Bert: return mapBert(name);
    case Family::Llama: return mapLlama(name);
    case Family::None: break;
    }
    return unused("unknown name");
}

// Evidence for a family in one name; a single missing tensor must not hide what a file is.
void look(const std::string& name, bool mayBeImage, bool mayBeText, Naming& found)
{
    const auto any = [&](std::initializer_list<const char*> parts) {
        return std::any_of(parts.begin(), parts.end(), [&](const char* part) { return has(name, part); });
    };
    if (mayBeImage && any({"patch_embed.proj.", ".attn.qkv."}))
        found.image = Family::Dinov2;
    else if (mayBeImage && any({"patch_embeddings.projection.", ".attention.attention.query."}))
        found.image = Family::Dinov2HuggingFace;
    else if (mayBeText && any({"wte.weight", ".attn.c_attn."}))
        found.text = Family::Gpt2;
    else if (mayBeText && any({"word_embeddings.weight", ".attention.self.query."}))
        found.text = Family::Bert;
    else if (mayBeText && any({"embed_tokens.weight", ".self_attn.q_proj."}))
        found.text = Family::Llama;
}

} // namespace

std::optional<int> layerIndex(const std::string& name, const std::string& prefix)
{
    if (!name.starts_with(prefix))
        return {};
    int index = 0;
    const char* end = name.data() + name.size();
    const auto [stop, status] = std::from_chars(name.data() + prefix.size(), end, index);
    if (status != std::errc() || stop == end || *stop != '.' || index < 0)
        return {};
    return index;
}

std::string withoutPeft(std::string name)
{
    for (const char* prefix : {"module.", "_orig_mod.", "base_model.model."})
        dropPrefix(name, prefix);
    replaceOnce(name, ".base_layer.", ".");
    replaceOnce(name, ".modules_to_save.default.", ".");
    for (const std::string_view half : {".lora_A.", ".lora_B."}) {
        const std::size_t at = name.find(half);
        if (at != name.npos && name.ends_with(".weight"))
            name = name.substr(0, at) + std::string(half) + "weight";
    }
    return name;
}

Naming recognise(const std::vector<std::string>& names)
{
    Naming naming;
    for (const std::string& name : names)
        naming.mama = naming.mama || has(name, "img_encoder_q.") || has(name, "text_encoder_q.");
    for (const std::string& name : names)
        if (naming.mama)
            look(name, has(name, imagePrefix), has(name, textPrefix), naming);
        else
            look(name, true, true, naming);
    return naming;
}

MappedName mapName(const std::string& original, const Naming& naming)
{
    std::string name = original;
    dropPrefix(name, "module.");
    dropPrefix(name, "_orig_mod.");
    if (const auto rows = mapAddedRows(name, naming))
        return *rows;
    if (!naming.mama) {
        name = withoutPeft(name);
        if (has(name, ".original_module."))
            return unused("kept by PEFT beside the trained copy");
        return mapTower(name, naming.image != Family::None ? naming.image : naming.text);
    }
    if (name.starts_with(imagePrefix)) {
        const Family family = naming.image == Family::None ? Family::Dinov2 : naming.image;
        return mapTower(withoutPeft(name.substr(std::string_view(imagePrefix).size())), family);
    }
    if (name.starts_with(textPrefix))
        return mapTower(withoutPeft(name.substr(std::string_view(textPrefix).size())), naming.text);
    for (const char* known : {"img_encoder_q.global_embed.", "img_encoder_q.local_embed.",
                              "text_encoder_q.global_embed.", "text_encoder_q.local_embed.", "simclr_proj."})
        if (name.starts_with(known))
            return used(name);
    return name == "logit_scale" || name == "local_scale" ? used(name) : unused("unknown name");
}

} // namespace mama::weights

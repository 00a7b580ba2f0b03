#include "core/weights/families/model_notes.h"

#include <algorithm>

// Licences: models.md, sections 2 to 7.
namespace mama::weights {

using nlohmann::json;

std::size_t firstOf(const std::string& name, std::initializer_list<std::string_view> roots)
{
    std::size_t first = name.npos;
    for (const std::string_view root : roots)
        for (std::size_t at = name.find(root); at != name.npos; at = name.find(root, at + 1))
            if (at == 0 || name[at - 1] == '.')
                first = std::min(first, at);
    return first;
}

json plainTexts(std::int64_t length, const std::string& pad, const std::string& cleaning)
{
    return {{"plain", true},   {"cleaning", cleaning}, {"length", length}, {"pad", pad},
            {"separator", ""}, {"start", ""},          {"end", ""},        {"added_tokens", json::array()}};
}

std::string openClipBlock(std::string name)
{
    for (const auto& [from, to] : {std::pair<const char*, const char*>{"transformer.resblocks.", "blocks."},
                                   {".ln_1.", ".norm1."},
                                   {".ln_2.", ".norm2."},
                                   {".attn.in_proj_", ".attn.qkv."},
                                   {".attn.out_proj.", ".attn.proj."},
                                   {".mlp.c_fc.", ".mlp.fc1."},
                                   {".mlp.c_proj.", ".mlp.fc2."}})
        replaceOnce(name, from, to);
    return name;
}

MappedName huggingFaceBlock(std::string name)
{
    for (const auto& [from, to] : {std::pair<const char*, const char*>{"encoder.layers.", "blocks."},
                                   {".layer_norm1.", ".norm1."},
                                   {".layer_norm2.", ".norm2."},
                                   {".self_attn.out_proj.", ".attn.proj."}})
        replaceOnce(name, from, to);
    int part = 0;
    for (const char* from : {".self_attn.q_proj.", ".self_attn.k_proj.", ".self_attn.v_proj."}) {
        if (replaceOnce(name, from, ".attn.qkv."))
            return {name, part, 3, ""};
        ++part;
    }
    return used(std::move(name));
}

void listPreNormBlock(TensorList& list, const std::string& block, std::int64_t width, std::int64_t hidden)
{
    list.norm(block + "norm1", width);
    list.norm(block + "norm2", width);
    list.linear(block + "attn.qkv", width, 3 * width);
    list.linear(block + "attn.proj", width, width);
    list.linear(block + "mlp.fc1", width, hidden);
    list.linear(block + "mlp.fc2", hidden, width);
}

std::int64_t openClipValue(const TowerReader& tower, const char* section, const char* key, std::int64_t otherwise)
{
    const json* all = tower.setting("model_cfg");
    const json part = all && all->is_object() ? all->value(section, json()) : json();
    return part.is_object() && part.contains(key) && part[key].is_number_integer() ? part[key].get<std::int64_t>()
                                                                                   : otherwise;
}

void takeChannels(json& input, const char* key, const json* told, TowerReader& model)
{
    if (!told || told->is_null())
        return;
    const bool three = told->is_array() && told->size() == 3 &&
                       std::all_of(told->begin(), told->end(), [](const json& one) { return one.is_number(); });
    const bool spread = std::string_view(key) == "deviation"; // which is divided by
    if (three && spread && !std::all_of(told->begin(), told->end(), [](const json& one) { return one > 0; }))
        model.problem({TextId("weights.deviation_not_above_zero",
                              "the configuration's deviations of the channels are not above 0: %1"),
                       told->dump()});
    else if (three)
        input[key] = *told;
    else
        model.problem(
            {TextId("weights.not_three_channels", "the configuration's %1 of the channels are not three numbers: %2"),
             key, told->dump()});
}

void needBothTowers(const json& description, TowerReader& model)
{
    for (const char* tower : {"image", "text"})
        if (!description.contains(tower) || !description[tower].is_object())
            model.problem({TextId("weights.clip_tower_missing", "its %1 tower is missing"), tower});
}

json mammoClipNotes(bool mammoFm)
{
    if (mammoFm)
        return {{"trained_on", "mammograms and reports (Mammo-FM, as published: BU, UPMC and EMBED, or Mayo)"},
                {"licence", "Mammo-FM's weights, as published: non-commercial academic research only; no "
                            "redistribution, hosting or distillation"},
                {"notice", "Research use only, not for clinical use."}};
    return {{"trained_on", "mammograms and reports of UPMC (Mammo-CLIP, as published)"},
            {"licence", "Mammo-CLIP's weights, as published: CC BY-NC-SA 4.0"},
            {"notice", "Research use only, not for clinical use."}};
}

json clipNotes(const std::string& trainedOn, const std::string& licence)
{
    return {{"trained_on", trainedOn},
            {"licence", licence},
            {"notice", "Research use only, not for clinical use. Not made for mammograms."}};
}

// README.md and MODEL_CARD.md of facebookresearch/dinov2. What the same place has for X-rays and cells is under other
// terms, and is not called so.
json towerNotes(const json& image, const std::string& name)
{
    struct Published
    {
        const char *hub, *huggingFace;
        std::int64_t width;
    };
    static constexpr Published sizes[] = {
        {"vits14", "small", 384}, {"vitb14", "base", 768}, {"vitl14", "large", 1024}, {"vitg14", "giant", 1536}};
    const bool registers = image.value("registers", 0) > 0;
    const auto called = [&](const Published& size) {
        const std::string hub = std::string("dinov2_") + size.hub + (registers ? "_reg4_pretrain" : "_pretrain"),
                          folder = std::string(registers ? "dinov2-with-registers-" : "dinov2-") + size.huggingFace;
        return image.value("width", std::int64_t{0}) == size.width &&
               (name == hub || name == folder || name == "models--facebook--" + folder);
    };
    if (image.value("family", std::string("dinov2")) != "dinov2" ||
        std::none_of(std::begin(sizes), std::end(sizes), called))
        return {};
    return {{"trained_on", "LVD-142M, pictures of the web (DINOv2, as published)"},
            {"licence",
             "DINOv2's weights, as published: Apache License 2.0. What is trained from them may be passed on "
             "with the licence's text and a note of what was changed"}};
}

} // namespace mama::weights

#include "core/weights/families/canonical_names.h"
#include "core/weights/families/families.h"
#include "core/weights/families/model_notes.h"

#include <algorithm>

// Names and rules: models.md, section 7.
namespace mama::weights {
namespace {

using nlohmann::json;

bool anyHas(const std::vector<std::string>& all, std::initializer_list<const char*> parts)
{
    return std::any_of(all.begin(), all.end(), [&](const std::string& name) {
        return std::any_of(parts.begin(), parts.end(), [&](const char* part) { return contains(name, part); });
    });
}

// XYPB/CLEFT: MaMA's encoders under MaMA's names, with local heads that were never trained.
class Cleft final : public Composition
{
public:
    std::string title() const override { return "CLEFT"; }
    bool takes(const Family& family) const override { return &family == &dinov2() || &family == &gpt2(); }
    bool recognise(const std::vector<std::string>& all) const override
    {
        const bool towers = anyHas(all, {"img_encoder_q.model."}) && anyHas(all, {"text_encoder_q.model."});
        return towers && anyHas(all, {"q.local_embed.", "prompt_encoder"}) &&
               !anyHas(all, {"local_scale", "simclr_proj."});
    }
    UserText refusal(const std::vector<std::string>& all) const override
    {
        if (anyHas(all, {"prompt_encoder", "prompt_embeddings"}))
            return {TextId("weights.prompt_tuned_cleft",
                           "a prompt-tuned CLEFT is not supported: only the one with LoRA is")};
        return {};
    }
    std::size_t start(const std::string& name) const override { return mamaComposition().start(name); }
    Place place(const std::string& name) const override
    {
        Place place = mamaComposition().place(name);
        if (contains(place.mapped.canonical, "local_embed."))
            place.mapped = unused("a local head that was not trained");
        return place;
    }
    void complete(json& description, TowerReader& model) const override;
};

void Cleft::complete(json& description, TowerReader& model) const
{
    description["kind"] = "clip";
    needBothTowers(description, model);
    if (!description["image"].is_object() || !description["text"].is_object())
        return;
    const json* masked = model.setting("img_mask_ratio");
    const bool mean = model.isTrue("pool_feat") || (masked && masked->is_number() && masked->get<double>() > 0);
    description["image"]["pooling"] = mean ? "mean-prenorm" : "cls-norm";
    description["text"]["pooling"] = "first-pad";
    description["input"]["profile"] = "cleft";
    const json* words = model.setting("max_words");
    const std::int64_t length = words && words->is_number_integer() ? words->get<std::int64_t>() : 64;
    description["captions"] = plainTexts(
        std::clamp<std::int64_t>(length, 1, std::max<std::int64_t>(description["text"].value("positions", length), 1)),
        "<|endoftext|>", "lower");
    description["zero_shot"] = {{"tasks", json::object()}};
    description["maps"] = {{"ways", {"final", "value"}}, {"default", "final"}};
    description["published"] =
        clipNotes("chest X-rays and reports (CLEFT, as published)", "as stated by whoever gave you the file");
}

// XYPB/GLAM, whose weights were not released: refused by its name.
class Glam final : public Composition
{
public:
    std::string title() const override { return "GLAM"; }
    bool takes(const Family& family) const override { return mamaComposition().takes(family); }
    bool recognise(const std::vector<std::string>& all) const override
    {
        return anyHas(all,
                      {"merge_patch1.", "merge_patch2.", "view_attn1.", "view_attn2.", "patch_scale", "patch_ln."}) &&
               anyHas(all, {"img_encoder_q.", "text_encoder_q."});
    }
    UserText refusal(const std::vector<std::string>&) const override
    {
        return {TextId(
            "weights.glam_not_supported",
            "GLAM is not supported: its views and patches are joined by layers that this program does not have")};
    }
    std::size_t start(const std::string& name) const override { return mamaComposition().start(name); }
    Place place(const std::string& name) const override { return mamaComposition().place(name); }
    void complete(json&, TowerReader&) const override {}
};

} // namespace

const Composition& cleftComposition()
{
    static const Cleft composition;
    return composition;
}

const Composition& glamComposition()
{
    static const Glam composition;
    return composition;
}

} // namespace mama::weights

#include "core/weights/families/canonical_names.h"
#include "core/weights/families/families.h"
#include "core/weights/families/model_notes.h"

#include <algorithm>

// Names and rules: models.md, sections 4 and 5.
namespace mama::weights {
namespace {

using nlohmann::json;
using Part = Composition::Place::Part;

// mlfoundations/open_clip's models: CLIP, and those with timm's image and Hugging Face's text towers (BiomedCLIP).
class OpenClip final : public Composition
{
public:
    std::string title() const override { return "CLIP (open_clip)"; }
    bool takes(const Family& family) const override
    {
        return &family == &vit() || &family == &bert() || &family == &clipText();
    }
    bool recognise(const std::vector<std::string>& all) const override
    {
        return std::any_of(all.begin(), all.end(), [](const std::string& name) {
            return contains(name, "visual.trunk.") || contains(name, "visual.conv1.weight") ||
                   contains(name, "transformer.resblocks.") || contains(name, "text.transformer.embeddings.");
        });
    }
    std::size_t start(const std::string& name) const override
    {
        return firstOf(name, {"visual.", "text.", "token_embedding.", "positional_embedding", "transformer.resblocks.",
                              "ln_final.", "text_projection", "logit_scale", "logit_bias", "attn_mask"});
    }
    Place place(const std::string& name) const override;
    void complete(json& description, TowerReader& model) const override;
};

// Projections have names of their own in every kind of tower.
std::optional<std::string> projection(const std::string& name)
{
    for (const auto& [from, to] : {std::pair<std::string, std::string>{"visual.proj", names::imageGlobal + ".matrix"},
                                   {"visual.head.proj.weight", names::imageGlobal + ".weight"},
                                   {"visual.head.proj.bias", names::imageGlobal + ".bias"},
                                   {"text_projection", names::textGlobal + ".matrix"},
                                   {"text_projection.weight", names::textGlobal + ".weight"},
                                   {"text.text_projection", names::textGlobal + ".matrix"},
                                   {"text.text_projection.weight", names::textGlobal + ".weight"},
                                   {"text.text_projection.bias", names::textGlobal + ".bias"},
                                   {"text.proj.weight", names::textGlobal + ".weight"},
                                   {"text.proj.0.weight", names::textGlobal + ".0.weight"},
                                   {"text.proj.2.weight", names::textGlobal + ".2.weight"}})
        if (name == from)
            return to;
    return {};
}

Composition::Place OpenClip::place(const std::string& name) const
{
    if (const auto global = projection(name))
        return {Part::Other, {}, used(*global)};
    if (name.starts_with("visual."))
        return {Part::Image, name.substr(std::string_view("visual.").size()), {}};
    if (name == names::logitScale || name == names::logitBias)
        return {Part::Other, {}, used(name)};
    std::string rest = name;
    dropPrefix(rest, "text.");
    for (const char* part : {"transformer.embeddings.", "transformer.encoder.", "transformer.pooler."})
        if (rest.starts_with(part))
            dropPrefix(rest, "transformer.");
    return {Part::Text, rest, {}};
}

const json* at(const json* object, const char* key)
{
    return object && object->is_object() && object->contains(key) && !(*object)[key].is_null() ? &(*object)[key]
                                                                                               : nullptr;
}

std::string word(const json* value, const std::string& otherwise)
{
    return value && value->is_string() ? value->get<std::string>() : otherwise;
}

// The size from the tower, the rest as the configuration says.
json inputOf(const json& image, TowerReader& model)
{
    const json* told = model.setting("preprocess_cfg");
    const std::int64_t side = image["native_grid"][0].get<std::int64_t>() * image["patch"].get<std::int64_t>();
    json input{{"profile", "clip"}, {"profile_version", 1}, {"size", side}, {"channels", 3}};
    takeChannels(input, "mean", at(told, "mean"), model);
    takeChannels(input, "deviation", at(told, "std"), model);
    const std::string filter = word(at(told, "interpolation"), "bicubic"),
                      mode = word(at(told, "resize_mode"), "shortest");
    if (filter == "bilinear")
        input["resizer"] = "pillow-bilinear";
    if (mode == "squash")
        input["fit"] = "stretch";
    if ((filter != "bicubic" && filter != "bilinear") || (mode != "shortest" && mode != "squash"))
        model.problem(
            {TextId("weights.clip_preprocessing", "images that are prepared by \"%1\" and \"%2\" are not supported"),
             mode, filter});
    return input;
}

void readBert(json& description, TowerReader& model)
{
    const json* text = at(model.setting("model_cfg"), "text_cfg");
    const std::string pooler = word(at(text, "hf_pooler_type"), "cls_last_hidden_state_pooler");
    const bool known = pooler == "cls_last_hidden_state_pooler" || pooler == "mean_pooler";
    if (!known)
        model.problem({TextId("weights.text_pooler_not_supported", "the text pooler \"%1\" is not supported"), pooler});
    description["text"]["pooling"] = pooler == "mean_pooler" ? "mean-masked" : "cls";
    const std::int64_t length = openClipValue(model, "text_cfg", "context_length", 256);
    description["captions"] =
        plainTexts(std::clamp<std::int64_t>(
                       length, 3, std::max<std::int64_t>(description["text"].value("positions", std::int64_t{3}), 3)),
                   "[PAD]", "whitespace");
    description["zero_shot"] = {{"tasks", json::object()}};
    description["published"] = clipNotes("figures and captions of PubMed Central (BiomedCLIP, as published)",
                                         "BiomedCLIP's weights, as published: MIT");
}

void readClipText(json& description, TowerReader& model)
{
    const std::int64_t positions = std::max<std::int64_t>(description["text"].value("positions", std::int64_t{3}), 3);
    description["captions"] = plainTexts(positions, "", "clip");
    description["captions"]["pad_id"] = 0;
    description["captions"]["end"] = "<|endoftext|>";
    description["zero_shot"] = {{"factor", 100.0},
                                {"tasks", json::object()}}; // open_clip's evaluation, whatever the scale
    if (const json* quick = at(model.setting("model_cfg"), "quick_gelu"); quick && *quick == true)
        description["text"]["activation"] = description["image"]["activation"] = "quick_gelu";
    description["published"] =
        clipNotes("pictures and texts of the web (CLIP)", "as stated by whoever gave you the file");
}

void OpenClip::complete(json& description, TowerReader& model) const
{
    description["kind"] = "clip";
    needBothTowers(description, model);
    const json& image = description["image"];
    if (!image.is_object() || !description["text"].is_object())
        return;
    if (model.has(names::imageTower + "attn_pool.latent") || model.has(names::imageTower + "attn_pool.q.weight"))
        model.problem({TextId("weights.siglip_in_open_clip",
                              "SigLIP in open_clip's form is not supported: import its Hugging Face form")});
    description["input"] = inputOf(image, model);
    if (description["text"]["family"] == bert().name())
        readBert(description, model);
    else
        readClipText(description, model);
    description["maps"] = {{"ways", {"value", "final"}}, {"default", "value"}};
}

} // namespace

const Composition& openClipComposition()
{
    static const OpenClip composition;
    return composition;
}

} // namespace mama::weights
